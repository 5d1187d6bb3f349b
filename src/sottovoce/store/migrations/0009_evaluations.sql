-- What models answered to the questions of a set, so that nothing is asked twice.
CREATE TABLE eval_answers (
    owner    TEXT NOT NULL,
    model    TEXT NOT NULL,     -- SHA-256 of its file
    settings TEXT NOT NULL,     -- JSON of what was not as usual
    question TEXT NOT NULL,     -- SHA-256 of all that was asked
    answer   TEXT NOT NULL,
    reason   TEXT NOT NULL,     -- why it ended there
    read     INTEGER NOT NULL,  -- tokens
    written  INTEGER NOT NULL,  -- tokens
    seconds  REAL NOT NULL,
    asked    REAL NOT NULL,     -- seconds since 1970, UTC
    PRIMARY KEY (owner, model, settings, question)
) STRICT, WITHOUT ROWID;

-- How a model did on a fair sample of a set, or on all of it. No text.
CREATE TABLE evaluations (
    model    TEXT NOT NULL,     -- SHA-256 of its file
    "set"    TEXT NOT NULL,     -- its name
    version  INTEGER NOT NULL,
    digest   TEXT NOT NULL,     -- SHA-256 of all its questions
    items    INTEGER NOT NULL,  -- of the whole set
    asked    INTEGER NOT NULL,
    passed   INTEGER NOT NULL,
    groups   TEXT NOT NULL,     -- JSON: of each group how many passed, and of how many
    seconds  REAL NOT NULL,
    written  INTEGER NOT NULL,  -- tokens
    made     REAL NOT NULL,     -- seconds since 1970, UTC
    PRIMARY KEY (model, "set")
) STRICT, WITHOUT ROWID;
