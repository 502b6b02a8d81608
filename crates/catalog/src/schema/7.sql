-- Ages above 90 are kept as 90, which stands for 90 and more.
UPDATE subject SET age_years = 90 WHERE age_years > 90;

-- What the rules of a body find of a subject, as JSON; derived from its shapes and made anew by
-- `medshape check`. A shape that is doubtful by it has 128 added to its `flags`.
CREATE TABLE flag (
    key         INTEGER PRIMARY KEY,
    subject_key INTEGER NOT NULL REFERENCES subject(key),
    record      TEXT NOT NULL
) STRICT;
CREATE INDEX flag_subject ON flag (subject_key);
