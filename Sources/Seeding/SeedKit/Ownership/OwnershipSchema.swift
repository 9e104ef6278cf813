/// Which seeder wrote which row, how it was then, and from which record of which file.
enum OwnershipSchema {
  // The keys of a row are the texts of its natural key; `digest` is an MD5 over the texts of the columns that the
  // seeder writes: it tells an edited row, and protects nothing. `inserted` is false for rows that the
  // seeder found and changed: those are not its own to remove.
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

  // `input` is the digest of what the record asked for, where the database stored something else, as a trigger
  // does. `search_path` tells the runs of one seeder for several schemas apart; entries of earlier versions have
  // none, and are used where their table is visible.
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
}

/// The schemas in which a run looks for tables without a schema. What is recorded of a run holds for these only.
enum SearchPath {
  /// As SQL: the schemas of the search path that exist, as a text.
  /// `pg_catalog` counts for nothing, because a transaction of ours takes it out of the path.
  static let current = "array_to_string(array_remove(current_schemas(false), 'pg_catalog'), ',')"
}
