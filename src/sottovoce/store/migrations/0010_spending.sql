-- What questions to models elsewhere have used. Until one is settled, the most that it may use. No text.
CREATE TABLE spending (
    id       TEXT PRIMARY KEY,
    owner    TEXT NOT NULL,
    upstream TEXT NOT NULL,     -- its name
    at       REAL NOT NULL,     -- seconds since 1970, UTC
    micro    INTEGER NOT NULL,  -- millionths of the currency
    currency TEXT NOT NULL,     -- empty: it has no price
    tokens   INTEGER NOT NULL,  -- read and written
    bytes    INTEGER NOT NULL,  -- sent and received
    settled  INTEGER NOT NULL   -- 0: under way, or the program was killed
) STRICT;

CREATE INDEX spending_of ON spending (upstream, at);
