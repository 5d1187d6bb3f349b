-- What a person asked to be remembered in all chats, and in which chat they said so.
CREATE TABLE remembered (
    id      TEXT PRIMARY KEY,
    owner   TEXT NOT NULL,
    text    TEXT NOT NULL,
    chat    TEXT,           -- NULL: written into the list itself
    message TEXT,
    created REAL NOT NULL   -- seconds since 1970, UTC
) STRICT;

CREATE INDEX remembered_of ON remembered (owner, created);
