-- By which users of the service are known. Of a token only its SHA-256 is kept: who reads this table can
-- log in as nobody.

-- migrate:up
CREATE TABLE api_tokens (
  token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  user_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- To the day: a search would otherwise be a write.
  last_used_at timestamptz
);

-- Apart from the table: where it is distributed, it must be before it refers to another.
ALTER TABLE api_tokens ADD CONSTRAINT api_tokens_user_id_fkey
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;

-- For the cascade.
CREATE INDEX ix_api_tokens_user_id ON api_tokens (user_id);

-- migrate:down
DROP TABLE api_tokens;
