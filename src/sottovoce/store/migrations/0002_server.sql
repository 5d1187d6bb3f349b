-- Keys that let programs in. The key itself is nowhere: only its hash, and its end to tell it from others.
CREATE TABLE keys (
    id                  TEXT PRIMARY KEY,     -- what it owns belongs to 'key-' || id
    name                TEXT NOT NULL UNIQUE,
    hash                BLOB NOT NULL UNIQUE, -- SHA-256 over the whole key
    hint                TEXT NOT NULL,        -- its last 4 characters
    scopes              TEXT NOT NULL,        -- names, with a comma between
    requests_per_minute INTEGER CHECK (requests_per_minute > 0), -- NULL: without limit
    tokens_per_minute   INTEGER CHECK (tokens_per_minute > 0),
    at_once             INTEGER CHECK (at_once > 0),
    created             REAL NOT NULL,        -- seconds since 1970, UTC
    expires             REAL,                 -- NULL: never
    used                REAL                  -- the hour of its last use
) STRICT;

-- Answers of /v1/responses that their callers asked to have kept.
CREATE TABLE responses (
    id       TEXT PRIMARY KEY,
    owner    TEXT NOT NULL,
    previous TEXT,                       -- the response this one goes on from, which may be deleted by now
    created  REAL NOT NULL,
    model    TEXT NOT NULL,
    size     INTEGER NOT NULL DEFAULT 0, -- characters of what follows
    input    TEXT NOT NULL,              -- JSON
    output   TEXT NOT NULL,              -- JSON
    facts    TEXT NOT NULL DEFAULT '{}'  -- JSON
) STRICT;
CREATE INDEX responses_by_owner ON responses (owner, created DESC, size);

-- A key may be removed while an answer to it is being written: nothing may be kept for it afterwards.
CREATE TRIGGER responses_of_removed_keys BEFORE INSERT ON responses
WHEN NEW.owner GLOB 'key-*' AND NOT EXISTS (SELECT 1 FROM keys WHERE id = substr (NEW.owner, 5))
BEGIN
    SELECT RAISE (IGNORE);
END;
