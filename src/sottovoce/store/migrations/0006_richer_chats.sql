-- How the answers of a chat are drawn, as the page's API writes it: JSON; {}: as anywhere else.
ALTER TABLE chats ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- What a model thought before it answered. Never given back to a model, and not searched.
ALTER TABLE messages ADD COLUMN reasoning TEXT NOT NULL DEFAULT '';
-- What its reader thought of an answer: 1 good, -1 bad. Told to nobody.
ALTER TABLE messages ADD COLUMN liked INTEGER CHECK (liked IN (-1, 1));

-- Instructions and settings under a name, to begin a chat with.
CREATE TABLE presets (
    id       TEXT PRIMARY KEY,
    owner    TEXT NOT NULL,
    name     TEXT NOT NULL,
    system   TEXT NOT NULL,
    settings TEXT NOT NULL,  -- as in chats
    created  REAL NOT NULL,  -- seconds since 1970, UTC
    UNIQUE (owner, name)
) STRICT;

-- Texts given along with a question: the model reads them before it.
CREATE TABLE attachments (
    message TEXT NOT NULL REFERENCES messages (id),
    number  INTEGER NOT NULL,  -- from 1, their order
    owner   TEXT NOT NULL,
    name    TEXT NOT NULL,     -- the file's, without folders
    text    TEXT NOT NULL,
    PRIMARY KEY (message, number)
) STRICT;

-- Browsers that are signed in. The cookie itself is nowhere: only its hash.
CREATE TABLE sessions (
    hash  BLOB PRIMARY KEY,  -- SHA-256 over the whole cookie
    begun REAL NOT NULL,     -- seconds since 1970, UTC
    seen  REAL NOT NULL      -- when it was last here, to the hour
) STRICT;
