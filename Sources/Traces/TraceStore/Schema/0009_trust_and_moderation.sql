-- Who may change the rank of a trace, what moderators do, and tokens that expire.

-- migrate:up
ALTER TABLE users ADD COLUMN role text NOT NULL DEFAULT 'member';
ALTER TABLE users ADD CONSTRAINT users_role_check CHECK (role IN ('member', 'moderator'));
-- Whether votes of the user count, and new traces are found by others.
ALTER TABLE users ADD COLUMN is_established boolean NOT NULL DEFAULT false;
ALTER TABLE users ADD COLUMN banned_at timestamptz;
-- A digest of the network from which the user registered. NULL: unknown.
ALTER TABLE users ADD COLUMN network text;

-- A trace of a user who is not established, until it is validated: only its contributor finds it.
ALTER TABLE traces ADD COLUMN is_provisional boolean NOT NULL DEFAULT false;

-- How much the vote counts, and a digest of the network from which it came. Earlier votes count.
ALTER TABLE votes ADD COLUMN weight integer NOT NULL DEFAULT 1;
ALTER TABLE votes ADD COLUMN network text;

ALTER TABLE api_tokens ADD COLUMN name text;
-- NULL: never.
ALTER TABLE api_tokens ADD COLUMN expires_at timestamptz;

CREATE TABLE trace_reports (
  trace_id uuid NOT NULL,
  -- The user, or a digest of the network for a report without a token. Each reports a trace once.
  reporter text NOT NULL,
  reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 2000),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (trace_id, reporter)
);

-- Apart from the table: where it is distributed, it must be before it refers to another.
ALTER TABLE trace_reports ADD CONSTRAINT trace_reports_trace_id_fkey
  FOREIGN KEY (trace_id) REFERENCES traces (id) ON DELETE CASCADE;

-- migrate:down
DROP TABLE trace_reports;
ALTER TABLE api_tokens DROP COLUMN expires_at;
ALTER TABLE api_tokens DROP COLUMN name;
ALTER TABLE votes DROP COLUMN network;
ALTER TABLE votes DROP COLUMN weight;
ALTER TABLE traces DROP COLUMN is_provisional;
ALTER TABLE users DROP COLUMN network;
ALTER TABLE users DROP COLUMN banned_at;
ALTER TABLE users DROP COLUMN is_established;
ALTER TABLE users DROP COLUMN role;
