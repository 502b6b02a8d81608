-- Beside the case that is all of a subject there may be cases of one shape each: its name; empty for the
-- case that is all.
ALTER TABLE ingested ADD COLUMN part TEXT NOT NULL DEFAULT '';
DROP INDEX ingested_subject;
CREATE UNIQUE INDEX ingested_subject ON ingested (subject_key, part);
