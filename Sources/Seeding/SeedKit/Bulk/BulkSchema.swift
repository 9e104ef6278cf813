/// The tables that record bulk loads.
enum BulkSchema {
  // `phase` is 'loading' while chunks are left, and 'finishing' until `finish` has run.
  static let migration = """
    -- migrate:up
    CREATE TABLE seed_runner.bulk_load (
      seeder text PRIMARY KEY,
      specification text NOT NULL,
      row_count bigint NOT NULL DEFAULT 0,
      phase text NOT NULL DEFAULT 'done' CHECK (phase IN ('loading', 'finishing', 'done')),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE seed_runner.bulk_chunk (
      seeder text NOT NULL,
      first_row bigint NOT NULL,
      row_count integer NOT NULL,
      loaded_at timestamptz,
      PRIMARY KEY (seeder, first_row)
    );
    CREATE INDEX bulk_chunk_open ON seed_runner.bulk_chunk (seeder, first_row) WHERE loaded_at IS NULL;

    -- migrate:down
    DROP TABLE seed_runner.bulk_chunk;
    DROP TABLE seed_runner.bulk_load;
    """

  // `first_number` is the largest number of an identity column or sequence before the first load. `indexes` are the
  // statements that create the indexes which the load dropped.
  static let secondMigration = """
    -- migrate:up
    ALTER TABLE seed_runner.bulk_load
      ADD COLUMN first_number bigint NOT NULL DEFAULT 0,
      ADD COLUMN indexes text[] NOT NULL DEFAULT '{}';

    -- migrate:down
    ALTER TABLE seed_runner.bulk_load DROP COLUMN indexes, DROP COLUMN first_number;
    """
}
