-- The knowledge base: what users found out, who confirms it, how it is tagged. Users and tags were made here, too,
-- before they moved to a set that needs no extension.

-- migrate:checksum d48e8d27e57a91ff35dbb6ed6691f8c6eadf20a4ff212ec9989718152d089d12
-- migrate:up
CREATE TABLE traces (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 500),
  context_text text NOT NULL,
  solution_text text NOT NULL,
  -- 1536 is the length of OpenAI's text-embedding-3-small.
  embedding vector(1536),
  embedding_model_id text,
  embedding_model_version text,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'validated')),
  trust_score double precision NOT NULL DEFAULT 0,
  confirmation_count integer NOT NULL DEFAULT 0 CHECK (confirmation_count >= 0),
  contributor_id uuid NOT NULL,
  agent_model text,
  agent_version text,
  metadata_json jsonb,
  is_seed boolean NOT NULL DEFAULT false,
  is_flagged boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE votes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  trace_id uuid NOT NULL,
  voter_id uuid NOT NULL,
  vote_type text NOT NULL CHECK (vote_type IN ('confirm', 'dispute')),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT votes_trace_id_voter_id_key UNIQUE (trace_id, voter_id)
);

CREATE TABLE trace_tags (
  trace_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  PRIMARY KEY (trace_id, tag_id)
);

-- Apart from the tables: where those are distributed, they must be before they refer to each other.
ALTER TABLE traces ADD CONSTRAINT traces_contributor_id_fkey
  FOREIGN KEY (contributor_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE votes ADD CONSTRAINT votes_trace_id_fkey
  FOREIGN KEY (trace_id) REFERENCES traces (id) ON DELETE CASCADE;
ALTER TABLE votes ADD CONSTRAINT votes_voter_id_fkey
  FOREIGN KEY (voter_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE trace_tags ADD CONSTRAINT trace_tags_trace_id_fkey
  FOREIGN KEY (trace_id) REFERENCES traces (id) ON DELETE CASCADE;
ALTER TABLE trace_tags ADD CONSTRAINT trace_tags_tag_id_fkey
  FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE;

-- Cosine, because search orders by cosine distance; an index for another distance would go unused.
CREATE INDEX ix_traces_embedding_hnsw ON traces
  USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 64);
CREATE INDEX ix_traces_status ON traces (status);
CREATE INDEX ix_traces_contributor_id ON traces (contributor_id);
CREATE INDEX ix_traces_created_at ON traces (created_at);
-- The natural key of seeded traces. Not unique: a distributed table could not keep that promise.
CREATE INDEX ix_traces_seed_title ON traces (title) WHERE is_seed;
-- For the cascades: without these, deleting a user or a tag reads the whole table.
CREATE INDEX ix_votes_voter_id ON votes (voter_id);
CREATE INDEX ix_trace_tags_tag_id ON trace_tags (tag_id);

-- migrate:down
DROP TABLE trace_tags;
DROP TABLE votes;
DROP TABLE traces;
