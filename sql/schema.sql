-- The table of models, made in a schema when a model is first saved there.
-- A model is a row: deleting the row drops it, copying the row copies it.
-- {schema} stands for the name of the database, quoted. Blank lines part the statements: inside of one there
-- is none, nor a line that is a comment alone.

CREATE TABLE IF NOT EXISTS {schema}.classify_models(
  name    TEXT    NOT NULL,
  version INTEGER NOT NULL,
  created TEXT    NOT NULL,  -- UTC
  labels  TEXT    NOT NULL,  -- JSON: the labels, in the type they have
  options TEXT    NOT NULL,  -- JSON: every option as it was used
  metrics TEXT    NOT NULL,  -- JSON: rows, accuracy, the history of the training
  weights BLOB    NOT NULL,  -- a safetensors file: all that is needed to run
  PRIMARY KEY (name, version)
);

-- A version number is never used twice, also when the newest was deleted.
CREATE TABLE IF NOT EXISTS {schema}.classify_versions(
  name   TEXT PRIMARY KEY,
  newest INTEGER NOT NULL
);

-- A random number, another one after each change of the models: who has read a model knows by it that no model has
-- changed since.
CREATE TABLE IF NOT EXISTS {schema}.classify_changes(mark INTEGER);

CREATE TRIGGER IF NOT EXISTS {schema}.classify_models_mark_insert
AFTER INSERT ON classify_models BEGIN DELETE FROM classify_changes; INSERT INTO classify_changes VALUES (random()); END;

CREATE TRIGGER IF NOT EXISTS {schema}.classify_models_mark_update
AFTER UPDATE ON classify_models BEGIN DELETE FROM classify_changes; INSERT INTO classify_changes VALUES (random()); END;

CREATE TRIGGER IF NOT EXISTS {schema}.classify_models_mark_delete
AFTER DELETE ON classify_models BEGIN DELETE FROM classify_changes; INSERT INTO classify_changes VALUES (random()); END;

CREATE TRIGGER IF NOT EXISTS {schema}.classify_models_inserted
AFTER INSERT ON classify_models BEGIN
  INSERT INTO classify_versions(name, newest) VALUES (new.name, new.version)
  ON CONFLICT (name) DO UPDATE SET newest = max(newest, excluded.newest);
END;

CREATE TRIGGER IF NOT EXISTS {schema}.classify_models_renamed
AFTER UPDATE OF name, version ON classify_models BEGIN
  INSERT INTO classify_versions(name, newest) VALUES (new.name, new.version)
  ON CONFLICT (name) DO UPDATE SET newest = max(newest, excluded.newest);
END;
