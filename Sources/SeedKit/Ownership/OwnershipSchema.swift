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
}
