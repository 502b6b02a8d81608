-- Releases: what a collection was at one moment. `record` is `releases/NUMBER/release.json` byte for byte, with the
-- hash of every other file of that folder, and `sha256` its hash, which the next release repeats.
-- A row is written once, in the order of the numbers, and nothing changes or removes it.
CREATE TABLE release (
    number      INTEGER PRIMARY KEY CHECK (number > 0),
    record      TEXT NOT NULL,
    sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
    merkle_root BLOB NOT NULL CHECK (length(merkle_root) = 32)
) STRICT;

-- Every blob that a release names, and the first that does: it is kept for as long as the store is.
CREATE TABLE release_file (
    sha256  BLOB PRIMARY KEY CHECK (length(sha256) = 32),
    size    INTEGER NOT NULL,
    release INTEGER NOT NULL REFERENCES release(number) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- Blobs that a release names and whose bytes were taken away on purpose.
CREATE TABLE release_erased (
    sha256 BLOB PRIMARY KEY REFERENCES release_file(sha256),
    date   TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- REPLACE deletes without asking the triggers of deletion, so insertion looks at what is there.
CREATE TRIGGER release_in_order BEFORE INSERT ON release
    WHEN new.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM release)
BEGIN SELECT RAISE(ABORT, 'releases are numbered one after the other, and none is written twice'); END;
CREATE TRIGGER release_unchanged BEFORE UPDATE ON release
BEGIN SELECT RAISE(ABORT, 'a release is never changed'); END;
CREATE TRIGGER release_kept BEFORE DELETE ON release
BEGIN SELECT RAISE(ABORT, 'a release is never removed'); END;
CREATE TRIGGER release_file_once BEFORE INSERT ON release_file
    WHEN EXISTS (SELECT 1 FROM release_file WHERE sha256 = new.sha256)
        OR EXISTS (SELECT 1 FROM release WHERE number = new.release)
BEGIN SELECT RAISE(ABORT, 'the files of a release are never changed'); END;
CREATE TRIGGER release_file_unchanged BEFORE UPDATE ON release_file
BEGIN SELECT RAISE(ABORT, 'the files of a release are never changed'); END;
CREATE TRIGGER release_file_kept BEFORE DELETE ON release_file
BEGIN SELECT RAISE(ABORT, 'the files of a release are never removed'); END;
CREATE TRIGGER release_erased_once BEFORE INSERT ON release_erased
    WHEN EXISTS (SELECT 1 FROM release_erased WHERE sha256 = new.sha256)
BEGIN SELECT RAISE(ABORT, 'a tombstone is never changed'); END;
CREATE TRIGGER release_erased_unchanged BEFORE UPDATE ON release_erased
BEGIN SELECT RAISE(ABORT, 'a tombstone is never changed'); END;
CREATE TRIGGER release_erased_kept BEFORE DELETE ON release_erased
BEGIN SELECT RAISE(ABORT, 'a tombstone is never removed'); END;
