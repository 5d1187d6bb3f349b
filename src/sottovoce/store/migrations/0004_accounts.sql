-- Who said yes: the account of the operating system that the program ran under. '' before it was kept.
ALTER TABLE licence_acceptances ADD COLUMN account TEXT NOT NULL DEFAULT '';
