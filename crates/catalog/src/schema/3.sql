-- Cases that came as meshes have no label map. SQLite cannot take a NOT NULL away, so the columns are
-- made anew.
ALTER TABLE ingested RENAME COLUMN label_map_sha256 TO old_sha256;
ALTER TABLE ingested RENAME COLUMN label_map_size TO old_size;
ALTER TABLE ingested ADD COLUMN label_map_sha256 BLOB;
ALTER TABLE ingested ADD COLUMN label_map_size INTEGER;
UPDATE ingested SET label_map_sha256 = old_sha256, label_map_size = old_size;
ALTER TABLE ingested DROP COLUMN old_sha256;
ALTER TABLE ingested DROP COLUMN old_size;
