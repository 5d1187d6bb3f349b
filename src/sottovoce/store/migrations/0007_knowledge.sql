-- Shelves of documents. What stands on one is in a file of its own, in the folder of this id.
CREATE TABLE shelves (
    id      TEXT PRIMARY KEY,
    owner   TEXT NOT NULL,
    name    TEXT NOT NULL,
    created REAL NOT NULL,  -- seconds since 1970, UTC
    UNIQUE (owner, name)
) STRICT;
