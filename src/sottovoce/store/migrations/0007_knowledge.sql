-- Shelves of documents. What stands on one is in a file of its own, in the folder of this id.
CREATE TABLE shelves (
    id      TEXT PRIMARY KEY,
    owner   TEXT NOT NULL,
    name    TEXT NOT NULL,
    created REAL NOT NULL,  -- seconds since 1970, UTC
    UNIQUE (owner, name)
) STRICT;

-- Which shelves a chat asks, and how.
ALTER TABLE chats ADD COLUMN shelves TEXT NOT NULL DEFAULT '[]';  -- JSON: their ids
ALTER TABLE chats ADD COLUMN quote INTEGER NOT NULL DEFAULT 0 CHECK (quote IN (0, 1));  -- 1: no model answers

-- Passages that were found for a question, to the letter, so that what a model was told stays the same.
CREATE TABLE grounds (
    message  TEXT NOT NULL REFERENCES messages (id),
    number   INTEGER NOT NULL,  -- from 1, the best first
    owner    TEXT NOT NULL,
    told     INTEGER NOT NULL CHECK (told IN (0, 1)),  -- 1: the model is given it before the question
    shelf    TEXT NOT NULL,     -- its name at that time, as those of the rest
    document TEXT NOT NULL,
    digest   TEXT NOT NULL,     -- SHA-256 of the file
    page     INTEGER,
    headings TEXT NOT NULL,     -- one a line, the outermost first
    start    INTEGER NOT NULL,  -- bytes of the document's text
    "end"    INTEGER NOT NULL,
    text     TEXT NOT NULL,
    score    REAL NOT NULL,
    written  REAL,              -- seconds since 1970, UTC
    PRIMARY KEY (message, number)
) STRICT;

-- Ids of the shelves that a key may ask, with commas; empty: none.
ALTER TABLE keys ADD COLUMN shelves TEXT NOT NULL DEFAULT '';
