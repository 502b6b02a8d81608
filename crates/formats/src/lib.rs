//! Reads and writes the files of the field: volumes, meshes, tables, pictures.
