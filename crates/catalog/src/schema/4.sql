-- What search filters by stands in columns of its own, not only in JSON, and one index holds all of it.
ALTER TABLE shape ADD COLUMN volume_mm3 REAL;
-- Sum of 4 closed, 8 manifold, 16 oriented, 32 touches the border.
ALTER TABLE shape ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
UPDATE shape SET
    volume_mm3 = json_extract(measures, '$.volume_mm3'),
    flags = 4 * json_extract(quality, '$.closed')
        + 8 * json_extract(quality, '$.manifold')
        + 16 * json_extract(quality, '$.oriented')
        + 32 * json_extract(quality, '$.touches_border');
-- What is not healthy about the structure, such as a tumour in it: an id of the vocabulary.
ALTER TABLE shape ADD COLUMN finding TEXT;
DROP INDEX shape_order;
CREATE INDEX shape_order ON shape
    (structure, source, subject, side, ordinal, subject_key, flags, volume_mm3, finding);

-- Shapes that others publish and this store knows of, but does not hold. One that is fetched becomes a
-- row of `shape` as well.
CREATE TABLE remote (
    name_key    INTEGER PRIMARY KEY REFERENCES name(key),
    subject_key INTEGER NOT NULL REFERENCES subject(key),
    structure   TEXT NOT NULL,
    side        TEXT CHECK (side IN ('left', 'right')),
    ordinal     INTEGER NOT NULL,
    coded       INTEGER NOT NULL,
    finding     TEXT,
    label_name  TEXT NOT NULL,
    url         TEXT NOT NULL
) STRICT;
CREATE INDEX remote_subject ON remote (subject_key, structure, side);

-- Counts the transactions that wrote, so that what was derived from the database can tell its age.
CREATE TABLE change (n INTEGER NOT NULL) STRICT;
INSERT INTO change VALUES (0);
