-- What a shape is like, in numbers whose distances say how alike two shapes are: 32-bit floats, little
-- end first. They are derived from the mesh; `kind` says how, and those of another kind are made anew.
CREATE TABLE descriptor (
    name_key INTEGER PRIMARY KEY REFERENCES shape(name_key) ON DELETE CASCADE,
    kind     INTEGER NOT NULL,
    numbers  BLOB NOT NULL
) STRICT;
