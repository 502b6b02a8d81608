-- Selections: shapes that somebody chose, each in the version that it had then. The id is made of what is
-- chosen, so the same choice is there once; a row is written once and nothing changes or removes it.
CREATE TABLE selection (
    key      INTEGER PRIMARY KEY,
    id       BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    at       INTEGER NOT NULL,
    n_shapes INTEGER NOT NULL CHECK (n_shapes > 0)
) STRICT;
CREATE TABLE selected (
    selection_key INTEGER NOT NULL REFERENCES selection(key),
    name_key      INTEGER NOT NULL REFERENCES name(key),
    -- Of the mesh.
    sha256        BLOB NOT NULL CHECK (length(sha256) = 32),
    PRIMARY KEY (selection_key, name_key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER selection_unchanged BEFORE UPDATE ON selection
BEGIN SELECT RAISE(ABORT, 'a selection is never changed'); END;
CREATE TRIGGER selection_kept BEFORE DELETE ON selection
BEGIN SELECT RAISE(ABORT, 'a selection is never removed'); END;
CREATE TRIGGER selected_unchanged BEFORE UPDATE ON selected
BEGIN SELECT RAISE(ABORT, 'a selection is never changed'); END;
CREATE TRIGGER selected_kept BEFORE DELETE ON selected
BEGIN SELECT RAISE(ABORT, 'a selection is never changed'); END;

-- Short links: addresses within the portal, by the first bytes of their hash.
CREATE TABLE short_link (
    id      BLOB PRIMARY KEY CHECK (length(id) = 8),
    at      INTEGER NOT NULL,
    address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER short_link_unchanged BEFORE UPDATE ON short_link
BEGIN SELECT RAISE(ABORT, 'a short link is never changed'); END;
CREATE TRIGGER short_link_kept BEFORE DELETE ON short_link
BEGIN SELECT RAISE(ABORT, 'a short link is never removed'); END;
