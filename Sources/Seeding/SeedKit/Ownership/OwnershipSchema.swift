/// Records which seeder wrote which row, from which record of which file, and a digest of what it wrote.
enum OwnershipSchema {
  // `key` is the text of a row's natural key. `digest` is an MD5 of the columns that the seeder writes. It detects
  // edits and is not meant for security. `inserted` is false for rows that existed before the seeder updated them:
  // it never deletes those.
  static let migration = """
    -- migrate:up
    CREATE TABLE seed_runner.owned_table (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      seeder text NOT NULL,
      table_name text NOT NULL,
      key_columns text[] NOT NULL,
      value_columns text[] NOT NULL,
      -- Of a table that is owned as a whole: the files it was loaded from, its rows and a digest of them then.
      whole_files text,
      whole_rows bigint,
      whole_content text,
      UNIQUE (seeder, table_name)
    );
    CREATE TABLE seed_runner.source_file (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      path text NOT NULL UNIQUE
    );
    CREATE TABLE seed_runner.owned_row (
      table_id integer NOT NULL,
      file_id integer,
      record integer,
      inserted boolean NOT NULL,
      attempt_id uuid NOT NULL,
      digest uuid NOT NULL,
      key text NOT NULL,
      PRIMARY KEY (table_id, key)
    );

    -- migrate:down
    DROP TABLE seed_runner.owned_row;
    DROP TABLE seed_runner.source_file;
    DROP TABLE seed_runner.owned_table;
    """

  // `input` is the digest of what the record asked for, if the database stored something else, for example because
  // of a trigger. `search_path` separates the runs of one seeder for several schemas. Entries of earlier versions
  // have none and apply where their table is visible.
  static let secondMigration = """
    -- migrate:up
    ALTER TABLE seed_runner.owned_row ADD COLUMN input uuid;
    ALTER TABLE seed_runner.owned_table ADD COLUMN search_path text;
    ALTER TABLE seed_runner.history ADD COLUMN search_path text;

    -- migrate:down
    ALTER TABLE seed_runner.history DROP COLUMN search_path;
    ALTER TABLE seed_runner.owned_table DROP COLUMN search_path;
    ALTER TABLE seed_runner.owned_row DROP COLUMN input;
    """

  // The condition of the partial unique index behind the key, and whether columns of the key may be NULL.
  static let thirdMigration = """
    -- migrate:up
    ALTER TABLE seed_runner.owned_table ADD COLUMN key_predicate text,
      ADD COLUMN key_nulls boolean NOT NULL DEFAULT false;

    -- migrate:down
    ALTER TABLE seed_runner.owned_table DROP COLUMN key_predicate, DROP COLUMN key_nulls;
    """

  // For each column that an SQL expression fills, a digest of the expression and the inputs of the current value.
  static let fourthMigration = """
    -- migrate:up
    ALTER TABLE seed_runner.owned_row ADD COLUMN sql_inputs jsonb;

    -- migrate:down
    ALTER TABLE seed_runner.owned_row DROP COLUMN sql_inputs;
    """
}

/// The schemas in which a run looks for unqualified tables. The records of a run apply to this search path only.
enum SearchPath {
  /// SQL for the existing schemas of the search path, as a text. Without `pg_catalog`, because transactions of this
  /// program remove it from the path.
  static let current = "array_to_string(array_remove(current_schemas(false), 'pg_catalog'), ',')"
}
