-- What a licence asks and allows, how that is known, and how far shapes identify people. Of sources
-- that are there already the terms are read from the licence's id; nobody has checked them, and their
-- shapes are taken for faces until they are described anew.
ALTER TABLE source ADD COLUMN version TEXT;
ALTER TABLE source ADD COLUMN attribution INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN share_alike INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN non_commercial INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN no_derivatives INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN redistributable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN dua_required INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN licence_checked_by TEXT;
ALTER TABLE source ADD COLUMN licence_checked_on TEXT;
ALTER TABLE source ADD COLUMN privacy_class TEXT NOT NULL DEFAULT 'P3';
-- Lists, as JSON.
ALTER TABLE source ADD COLUMN modalities TEXT NOT NULL DEFAULT '[]';
ALTER TABLE source ADD COLUMN keywords TEXT NOT NULL DEFAULT '[]';
UPDATE source SET
    attribution = licence LIKE 'CC-BY%',
    share_alike = licence LIKE 'CC-BY%-SA-%',
    non_commercial = licence LIKE 'CC-BY%-NC-%',
    no_derivatives = licence LIKE 'CC-BY%-ND-%',
    redistributable = licence = 'CC0-1.0' OR (licence LIKE 'CC-BY%' AND licence NOT LIKE '%-ND-%');
