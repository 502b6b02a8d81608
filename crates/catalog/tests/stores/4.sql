-- A store of schema 4 with one shape, as `sqlite3 .dump` wrote it: its rows, without its blobs.
BEGIN TRANSACTION;
CREATE TABLE alias (
    alias    TEXT PRIMARY KEY,
    name_key INTEGER NOT NULL REFERENCES name(key)
) STRICT, WITHOUT ROWID;
INSERT INTO "alias" VALUES('p1_liver.stl',1);
CREATE TABLE change (n INTEGER NOT NULL) STRICT;
INSERT INTO "change" VALUES(0);
CREATE TABLE ingested (
    key              INTEGER PRIMARY KEY,
    unit             BLOB NOT NULL UNIQUE,
    subject_key      INTEGER NOT NULL REFERENCES subject(key),
    n_shapes         INTEGER NOT NULL,
    n_bytes          INTEGER NOT NULL,
    record           TEXT NOT NULL
, label_map_sha256 BLOB, label_map_size INTEGER) STRICT;
INSERT INTO "ingested" VALUES(1,X'385CFDBC00EC32031699460779C15099B2BBA3CAD0E440FFFB08E10DF0ACB9E1',1,1,117,'{"unit":"385cfdbc00ec32031699460779c15099b2bba3cad0e440fffb08e10df0acb9e1","source":"alpha","subject":"p1","input_sha256":"c96c6d5be8d08a12e7b5cdc1b207fa6b2430974c86803d8891675e76fd992c20","n_input_files":1,"parameters":{"reach-voxels":"10"},"program_version":"0.1.0","dims":[4,5,6],"spacing_mm":[1.5,1.5,1.5],"orientation":"RAS","label_map":{"role":"label-map","sha256":"b6143a00a30a5c6a8793be16f8feb97c06911a3a65626bdae4c1b3e90693a05f","size":9},"notes":[]}',X'B6143A00A30A5C6A8793BE16F8FEB97C06911A3A65626BDAE4C1B3E90693A05F',9);
CREATE TABLE name (
    key  INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "name" VALUES(1,'alpha/p1/liver');
INSERT INTO "name" VALUES(2,'alpha/p1/spleen');
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
, volume_mm3 REAL, flags INTEGER NOT NULL DEFAULT 0, finding TEXT) STRICT;
INSERT INTO "shape" VALUES(1,1,1,'liver',NULL,'alpha','p1',1,1,5,'liver','{"n_voxels":8,"voxel_volume_mm3":27.0,"volume_mm3":26.5,"area_mm2":54.0,"bounds_min_mm":[0.0,-1.5,2.0],"bounds_max_mm":[3.0,1.5,5.0],"n_faces":12,"n_vertices":8,"n_components":1}','{"closed":true,"manifold":true,"oriented":true,"touches_border":false,"notes":[]}',26.5,28,NULL);
CREATE TABLE shape_file (
    name_key INTEGER NOT NULL REFERENCES shape(name_key) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role     TEXT NOT NULL,
    sha256   BLOB NOT NULL,
    size     INTEGER NOT NULL, error_mm REAL,
    PRIMARY KEY (name_key, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "shape_file" VALUES(1,0,'mesh',X'D30CA7A7A32BF5772DC5EB2A2E7BD35737EFF795AD74F2479B359716B59ABDFA',100,NULL);
INSERT INTO "shape_file" VALUES(1,1,'level4',X'5975CF1BBA432391C94667F5886225F69377C0AA8B9FA21FDDFB21C89BCF9092',8,NULL);
CREATE TABLE source (
    id               TEXT PRIMARY KEY,
    title            TEXT NOT NULL,
    citation         TEXT NOT NULL,
    licence          TEXT NOT NULL,
    licence_evidence TEXT NOT NULL,
    url              TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO "source" VALUES('alpha','The alpha collection','Nobody et al.','CC-BY-4.0','its README',NULL);
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
INSERT INTO "subject" VALUES(1,'alpha','p1','female',61,'tumour','{}');
CREATE TABLE superseded (
    key      INTEGER PRIMARY KEY AUTOINCREMENT,
    name_key INTEGER NOT NULL REFERENCES name(key),
    sha256   BLOB NOT NULL,
    size     INTEGER NOT NULL,
    UNIQUE (name_key, sha256)
) STRICT;
INSERT INTO "superseded" VALUES(1,1,X'39E70C459729F3F2968F6AD00A6768BAAB3BE2F7606F402A3556BCC1B0AF360C',90);
CREATE INDEX subject_id ON subject (id);
CREATE INDEX subject_pathology ON subject (pathology);
CREATE INDEX ingested_subject ON ingested (subject_key);
CREATE INDEX alias_name ON alias (name_key);
CREATE INDEX shape_ingested ON shape (ingested_key);
CREATE INDEX shape_subject ON shape (subject_key, structure, side);
CREATE INDEX shape_order ON shape
    (structure, source, subject, side, ordinal, subject_key, flags, volume_mm3, finding);
CREATE INDEX remote_subject ON remote (subject_key, structure, side);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('superseded',1);
PRAGMA application_id = 1297303632;
PRAGMA user_version = 4;
COMMIT;
