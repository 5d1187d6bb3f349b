-- How a person keeps order among their chats.
ALTER TABLE chats ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE chats ADD COLUMN archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1));
ALTER TABLE chats ADD COLUMN folder TEXT NOT NULL DEFAULT '';  -- a name; '': in none
DROP INDEX chats_by_owner;
CREATE INDEX chats_by_owner ON chats (owner, pinned DESC, changed DESC);
