-- What one shelf holds. An index: it can be made anew from the files it was made of.

-- What is true of the shelf as a whole.
CREATE TABLE about (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- The files and folders that were put on the shelf.
CREATE TABLE sources (
    number INTEGER PRIMARY KEY,
    path   TEXT NOT NULL UNIQUE,  -- absolute
    added  REAL NOT NULL,         -- seconds since 1970, UTC
    synced REAL                   -- when all of it was last looked through; NULL: never to the end
) STRICT;

CREATE TABLE documents (
    number   INTEGER PRIMARY KEY,
    source   INTEGER REFERENCES sources (number),  -- NULL: given by itself, without a place on this disk
    path     TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL UNIQUE,    -- as it is shown and cited
    title    TEXT NOT NULL DEFAULT '',
    digest   TEXT NOT NULL,           -- SHA-256 of the file, in hexadecimal
    size     INTEGER NOT NULL,        -- of the file, in bytes
    modified INTEGER NOT NULL,        -- nanoseconds
    written  REAL,                    -- when its source says that it was written; else when it was modified
    pages    INTEGER,
    length   INTEGER NOT NULL,        -- of the text, in bytes
    read     REAL NOT NULL,
    locked   INTEGER NOT NULL DEFAULT 0,  -- 1: its password would open it; it has a problem as well
    problem  TEXT                     -- why it could not be read, in a sentence; NULL: it could
) STRICT;

-- The texts, in pieces of 64 KiB, so that a passage of a long one is read without the rest.
CREATE TABLE texts (
    document INTEGER NOT NULL REFERENCES documents (number),
    part     INTEGER NOT NULL,  -- from 0
    text     BLOB NOT NULL,     -- UTF-8, deflated; a character may be split between two
    PRIMARY KEY (document, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE passages (
    number   INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (number),
    start    INTEGER NOT NULL,  -- bytes of the text
    "end"    INTEGER NOT NULL,
    page     INTEGER,
    headings TEXT NOT NULL      -- one a line, the outermost first
) STRICT;
CREATE INDEX passages_by_document ON passages (document, start);

-- Encyclopaedias: ZIM files that are asked through the index inside them. JSON: what mount.Mount has.
CREATE TABLE mounts (
    path  TEXT PRIMARY KEY,  -- absolute
    facts TEXT NOT NULL
) STRICT;
