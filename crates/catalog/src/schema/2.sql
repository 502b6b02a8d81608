-- Levels of detail take the place of previews.
ALTER TABLE shape_file ADD COLUMN error_mm REAL;
UPDATE shape_file SET role = 'level4' WHERE role = 'preview';
