-- Model files: where each came from, as it was put on the shelf, and when it was last used.
-- One that a person copied there by hand has a row once it was used; what is not known of it is ''.
CREATE TABLE models (
    path       TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    sha256     TEXT NOT NULL,  -- of the first part, where it is split
    source     TEXT NOT NULL,  -- as the person named it: hf:…, an address, a path
    licence    TEXT NOT NULL,
    repository TEXT NOT NULL,
    added      REAL NOT NULL,  -- seconds since 1970, UTC
    used       REAL            -- NULL: not yet
) STRICT;

-- Who said yes to which words. Rows are only ever added: removing a file takes back no agreement.
CREATE TABLE licence_acceptances (
    number      INTEGER PRIMARY KEY,  -- the order of accepting
    file_sha256 TEXT NOT NULL,        -- '' where the content was not known beforehand
    licence     TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,        -- of the words that were shown
    text_source TEXT NOT NULL,        -- where those words came from
    model       TEXT NOT NULL,
    source      TEXT NOT NULL,
    "use"       TEXT NOT NULL,        -- the setting at that time: private or commercial
    accepted    REAL NOT NULL
) STRICT;
