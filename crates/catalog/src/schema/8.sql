-- What was done to the store, oldest first and numbered without a gap. Each row holds the hash of the
-- row before, so that a row that is changed or taken away shows.
CREATE TABLE log (
    n       INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    verb    TEXT NOT NULL,
    subject TEXT NOT NULL,
    why     TEXT NOT NULL,
    before  BLOB NOT NULL,
    hash    BLOB NOT NULL
) STRICT;
CREATE TRIGGER log_is_not_changed BEFORE UPDATE ON log
    BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
CREATE TRIGGER log_is_not_deleted BEFORE DELETE ON log
    BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
CREATE TRIGGER log_is_added_to BEFORE INSERT ON log
    WHEN NEW.n <> (SELECT coalesce(max(n), 0) + 1 FROM log)
    BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;

-- The newest row of the log, so that rows missing at its end show as well.
ALTER TABLE change ADD COLUMN log_n INTEGER NOT NULL DEFAULT 0;
ALTER TABLE change ADD COLUMN log_hash BLOB NOT NULL
    DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';

-- Shapes that were taken back. Their names stay, and are never given again. Times are seconds since
-- 1970 UTC, here and below.
CREATE TABLE withdrawn (
    name_key INTEGER PRIMARY KEY REFERENCES name(key),
    at       INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    note     TEXT NOT NULL,
    erased   INTEGER NOT NULL
) STRICT;

-- What people say is wrong with a shape. `closed_at` is NULL until somebody has seen to it.
CREATE TABLE report (
    key       INTEGER PRIMARY KEY,
    name_key  INTEGER NOT NULL REFERENCES name(key),
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL,
    text      TEXT NOT NULL,
    closed_at INTEGER,
    answer    TEXT
) STRICT;
CREATE INDEX report_name ON report (name_key);

-- Blobs that a record named once and names no more, and since when: `gc` takes them when their grace is
-- over. Those whose bytes must not come back are erased.
CREATE TABLE let_go (
    sha256      BLOB PRIMARY KEY,
    size        INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    subject_key INTEGER NOT NULL REFERENCES subject(key),
    -- The shape whose file it was; NULL for a label map.
    name_key    INTEGER REFERENCES name(key),
    erased      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- When a blob's bytes were last read and found right.
CREATE TABLE verified (
    sha256 BLOB PRIMARY KEY,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whether a blob is needed is asked blob by blob.
CREATE INDEX shape_file_blob ON shape_file (sha256);
CREATE INDEX superseded_blob ON superseded (sha256);
CREATE INDEX ingested_label_map ON ingested (label_map_sha256);
