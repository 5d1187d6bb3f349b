-- The vectors of passages, made by one model. An index as well: they can be made anew.

CREATE TABLE vector_model (
    number     INTEGER PRIMARY KEY CHECK (number = 1),
    name       TEXT NOT NULL,
    digest     TEXT NOT NULL,     -- SHA-256 of the model's file, in hexadecimal
    width      INTEGER NOT NULL,  -- numbers of a vector; 0 before there is one
    generation INTEGER NOT NULL   -- grows with each change of the vectors
) STRICT;

CREATE TABLE vectors (
    passage INTEGER PRIMARY KEY,
    block   INTEGER,              -- NULL: it points nowhere, and is never found
    code    BLOB NOT NULL         -- its numbers as whole ones of 8 bits: only the direction counts
) STRICT;
CREATE INDEX vectors_to_nowhere ON vectors (passage) WHERE block IS NULL;

-- Once more the signs alone, of many passages together: to look through all of them.
CREATE TABLE vector_blocks (
    number   INTEGER PRIMARY KEY,
    changed  INTEGER NOT NULL,    -- in this generation
    count    INTEGER NOT NULL,
    passages BLOB NOT NULL,       -- their numbers, of 64 bits, the lowest byte first
    signs    BLOB NOT NULL        -- of each in the same order, in whole words of 64 bits
) STRICT;
CREATE INDEX vector_blocks_with_room ON vector_blocks (count);
