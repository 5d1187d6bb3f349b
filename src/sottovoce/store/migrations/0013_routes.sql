-- Where a chat's questions go, as its owner chose: a row only where it was chosen. Deleted with the chat.
CREATE TABLE routes (
    chat     TEXT PRIMARY KEY REFERENCES chats (id),
    owner    TEXT NOT NULL,
    route    TEXT NOT NULL,             -- here, ask or there
    upstream TEXT NOT NULL DEFAULT ''   -- the model elsewhere; empty: the usual one
) STRICT;

-- How sure a model was while it answered a question of a set, as JSON; '' where that was not asked for.
ALTER TABLE eval_answers ADD COLUMN signals TEXT NOT NULL DEFAULT '';
