CREATE TABLE chats (
    id       TEXT PRIMARY KEY,
    owner    TEXT NOT NULL,
    title    TEXT NOT NULL DEFAULT '',
    system   TEXT NOT NULL DEFAULT '',
    model    TEXT NOT NULL DEFAULT '',
    leaf     TEXT,              -- the message a reader is at; its parents up to the root are the branch shown
    created  REAL NOT NULL,     -- seconds since 1970, UTC
    changed  REAL NOT NULL
) STRICT;
CREATE INDEX chats_by_owner ON chats (owner, changed DESC);

-- No ON DELETE CASCADE: along a parent chain it recurses, and SQLite stops at a depth of 1,000.
CREATE TABLE messages (
    number   INTEGER PRIMARY KEY,   -- order of writing, parents before children; names the row in the search index
    id       TEXT NOT NULL UNIQUE,
    chat     TEXT NOT NULL REFERENCES chats (id),
    owner    TEXT NOT NULL,
    parent   TEXT REFERENCES messages (id),
    role     TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
    state    TEXT NOT NULL CHECK (state IN ('complete', 'writing', 'stopped', 'interrupted', 'failed')),
    text     TEXT NOT NULL,
    model    TEXT NOT NULL DEFAULT '',   -- who wrote it, for answers
    digest   TEXT NOT NULL DEFAULT '',
    facts    TEXT NOT NULL DEFAULT '{}', -- JSON: reason, usage, timings of an answer
    writer   TEXT NOT NULL DEFAULT '',   -- the process that is writing; empty once the state is final
    created  REAL NOT NULL
) STRICT;
CREATE INDEX messages_by_chat ON messages (chat, number);
CREATE INDEX messages_by_parent ON messages (parent);
CREATE INDEX messages_unfinished ON messages (state) WHERE state = 'writing';

-- The words of messages, with runs of Chinese, Japanese and Korean split into overlapping pairs.
-- Contentless: the text itself stands once, in messages.
CREATE VIRTUAL TABLE message_words USING fts5 (words, content = '', tokenize = 'porter unicode61');

-- Ids of deleted chats whose traces in free pages, log and backups have yet to be cleared.
CREATE TABLE unscrubbed (chat TEXT PRIMARY KEY) STRICT;

-- Files whose content hash has been checked, so that it is computed again only when they change.
CREATE TABLE checked_files (
    path      TEXT PRIMARY KEY,
    size      INTEGER NOT NULL,
    modified  INTEGER NOT NULL,  -- nanoseconds
    inode     INTEGER NOT NULL,
    sha256    TEXT NOT NULL,
    checked   REAL NOT NULL
) STRICT;
