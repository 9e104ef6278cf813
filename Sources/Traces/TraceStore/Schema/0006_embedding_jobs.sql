-- Who makes which trace's vector at the moment, which traces failed, and who works.

-- migrate:up
-- A row comes with the first attempt and goes with the vector. Neither a foreign key nor a trigger: where
-- traces are distributed, this table is not.
CREATE TABLE embedding_jobs (
  trace_id uuid PRIMARY KEY,
  model_id text NOT NULL,
  model_version text NOT NULL,
  -- SHA-256 of the text that was to be embedded: another text gets other attempts.
  text_digest bytea NOT NULL,
  -- The worker whose the trace is until leased_until; NULL: nobody's, but not to be tried before that.
  holder uuid,
  leased_at timestamptz NOT NULL,
  leased_until timestamptz NOT NULL,
  attempts integer NOT NULL,
  last_error text,
  given_up_at timestamptz
);

CREATE TABLE embedding_workers (
  id uuid PRIMARY KEY,
  -- Host and process. The worker with the empty name stands for all that are gone.
  name text NOT NULL,
  started_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  stopped_at timestamptz,
  model_id text NOT NULL,
  -- Traces that got a vector; that changed meanwhile; that failed; that were given up.
  embedded_count bigint NOT NULL,
  stale_count bigint NOT NULL,
  failed_count bigint NOT NULL,
  given_up_count bigint NOT NULL,
  -- Failures of the provider and of the database.
  provider_failure_count bigint NOT NULL,
  database_failure_count bigint NOT NULL,
  -- Traces a second, over the last minute.
  rate double precision NOT NULL,
  -- Why it does not work at the moment.
  trouble text
);

-- migrate:down
DROP TABLE embedding_workers;
DROP TABLE embedding_jobs;
