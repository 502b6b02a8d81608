-- A dataset.
CREATE TABLE source (
    id               TEXT PRIMARY KEY,
    title            TEXT NOT NULL,
    citation         TEXT NOT NULL,
    licence          TEXT NOT NULL,
    licence_evidence TEXT NOT NULL,
    url              TEXT
) STRICT, WITHOUT ROWID;

-- A person.
CREATE TABLE subject (
    key        INTEGER PRIMARY KEY,
    source     TEXT NOT NULL REFERENCES source(id),
    id         TEXT NOT NULL,
    sex        TEXT CHECK (sex IN ('female', 'male')),
    age_years  INTEGER,
    pathology  TEXT,
    attributes TEXT NOT NULL,
    UNIQUE (source, id)
) STRICT;
CREATE INDEX subject_id ON subject (id);
CREATE INDEX subject_pathology ON subject (pathology);

-- A label map, as it was ingested; `n_shapes` and `n_bytes` count what was made of it, itself
-- included, so that sums over the whole store are quick.
CREATE TABLE ingested (
    key              INTEGER PRIMARY KEY,
    unit             BLOB NOT NULL UNIQUE,
    subject_key      INTEGER NOT NULL REFERENCES subject(key),
    label_map_sha256 BLOB NOT NULL,
    label_map_size   INTEGER NOT NULL,
    n_shapes         INTEGER NOT NULL,
    n_bytes          INTEGER NOT NULL,
    record           TEXT NOT NULL
) STRICT;
CREATE INDEX ingested_subject ON ingested (subject_key);

-- Every name that a shape ever had. Rows are never deleted: a name is never given to another shape.
CREATE TABLE name (
    key  INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- What else a name is called.
CREATE TABLE alias (
    alias    TEXT PRIMARY KEY,
    name_key INTEGER NOT NULL REFERENCES name(key)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_name ON alias (name_key);

-- The current version of a shape. `source`, `subject` repeat the name, for the order of answers.
CREATE TABLE shape (
    name_key     INTEGER PRIMARY KEY REFERENCES name(key),
    subject_key  INTEGER NOT NULL REFERENCES subject(key),
    ingested_key INTEGER NOT NULL REFERENCES ingested(key) ON DELETE CASCADE,
    structure    TEXT NOT NULL,
    side         TEXT CHECK (side IN ('left', 'right')),
    source       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    ordinal      INTEGER NOT NULL,
    coded        INTEGER NOT NULL,
    label_value  INTEGER NOT NULL,
    label_name   TEXT NOT NULL,
    measures     TEXT NOT NULL,
    quality      TEXT NOT NULL
) STRICT;
CREATE INDEX shape_ingested ON shape (ingested_key);
-- Holds all that search filters by, in the order of answers.
CREATE INDEX shape_order ON shape (structure, source, subject, side, ordinal, subject_key);
CREATE INDEX shape_subject ON shape (subject_key, structure, side);

-- The files of a shape.
CREATE TABLE shape_file (
    name_key INTEGER NOT NULL REFERENCES shape(name_key) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role     TEXT NOT NULL,
    sha256   BLOB NOT NULL,
    size     INTEGER NOT NULL,
    PRIMARY KEY (name_key, position)
) STRICT, WITHOUT ROWID;

-- Meshes of earlier versions of a shape, oldest first.
CREATE TABLE superseded (
    key      INTEGER PRIMARY KEY AUTOINCREMENT,
    name_key INTEGER NOT NULL REFERENCES name(key),
    sha256   BLOB NOT NULL,
    size     INTEGER NOT NULL,
    UNIQUE (name_key, sha256)
) STRICT;
