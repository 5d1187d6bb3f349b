-- Questions that wait to be answered by a model elsewhere. Deleted with the chat, and once they are answered.
CREATE TABLE waiting (
    id       TEXT PRIMARY KEY,   -- sent along, so that a server may know a question that comes twice
    owner    TEXT NOT NULL,
    chat     TEXT NOT NULL REFERENCES chats (id),
    question TEXT NOT NULL REFERENCES messages (id),
    upstream TEXT NOT NULL,      -- the name of the model elsewhere
    place    TEXT NOT NULL,      -- what was described under that name when the person said yes
    consent  TEXT NOT NULL,      -- text: to this very text; chat: to all of the chat; empty: withdrawn
    said     TEXT NOT NULL,      -- JSON: what is said there, with placeholders, and how the answer is drawn
    masks    TEXT NOT NULL,      -- JSON: what the placeholders in it stand for
    sha256   TEXT NOT NULL,      -- of the body that the person saw
    state    TEXT NOT NULL,      -- waiting, sending, stopped
    sender   TEXT NOT NULL,      -- the program that sends it; empty: none does
    reason   TEXT NOT NULL,      -- why it still waits, in a sentence
    sent     INTEGER NOT NULL,   -- how often it left this machine, or may have
    failed   INTEGER NOT NULL,   -- how often it could not be answered, in a row
    asked    REAL NOT NULL,      -- seconds since 1970, UTC
    due      REAL NOT NULL       -- not before this moment
) STRICT;

CREATE INDEX waiting_of ON waiting (chat);
