-- Shelves of documents. What stands on one is in a file of its own, in the folder of this id.
CREATE TABLE shelves (
    id      TEXT PRIMARY KEY,
    owner   TEXT NOT NULL,
    name    TEXT NOT NULL,
    created REAL NOT NULL,  -- seconds since 1970, UTC
    UNIQUE (owner, name)
) STRICT;

-- Ids of the shelves that a key may ask, with commas; empty: none.
ALTER TABLE keys ADD COLUMN shelves TEXT NOT NULL DEFAULT '';
