-- What of a chat is hidden from models elsewhere, and whom its owner lets answer it. Deleted with the chat.
CREATE TABLE hidden (
    chat   TEXT PRIMARY KEY REFERENCES chats (id),
    owner  TEXT NOT NULL,
    masks  TEXT NOT NULL,             -- JSON: which placeholder stands for what
    never  TEXT NOT NULL DEFAULT '[]', -- JSON: what was found and is not personal
    own    TEXT NOT NULL DEFAULT '[]', -- JSON: words to hide besides
    always TEXT NOT NULL DEFAULT ''   -- the model elsewhere that answers it without being asked for; empty: none
) STRICT;
