-- When a person last put a line of what is remembered anew, in seconds since 1970, UTC; NULL: as it was said.
ALTER TABLE remembered ADD COLUMN changed REAL;
