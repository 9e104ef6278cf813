-- What agents are told about: tools, schemas, prompts, models; and what users talked about and shared.

-- migrate:part-of trace-store 3
-- migrate:up
CREATE TABLE tools (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,63}$'),
  description text NOT NULL CHECK (char_length(description) BETWEEN 1 AND 2000),
  -- A JSON Schema of the arguments.
  parameters jsonb NOT NULL CHECK (jsonb_typeof(parameters) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT tools_name_key UNIQUE (name)
);

CREATE TABLE schemas (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9-]{0,99}$'),
  version text NOT NULL CHECK (version ~ '^[0-9]+\.[0-9]+\.[0-9]+$'),
  description text NOT NULL CHECK (char_length(description) BETWEEN 1 AND 2000),
  schema jsonb NOT NULL CHECK (jsonb_typeof(schema) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT schemas_name_version_key UNIQUE (name, version)
);

CREATE TABLE prompt_templates (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9-]{0,99}$'),
  version integer NOT NULL CHECK (version > 0),
  description text NOT NULL CHECK (char_length(description) BETWEEN 1 AND 2000),
  -- Text with {{name}} in the place of each variable.
  template text NOT NULL CHECK (char_length(template) BETWEEN 1 AND 100000),
  variables text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT prompt_templates_name_version_key UNIQUE (name, version)
);

CREATE TABLE model_configs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  provider text NOT NULL CHECK (provider ~ '^[a-z][a-z0-9-]{0,62}$'),
  model text NOT NULL CHECK (char_length(model) BETWEEN 1 AND 200),
  -- In tokens.
  context_window integer NOT NULL CHECK (context_window > 0),
  -- In tokens; NULL for models that write no text.
  output_limit integer CHECK (output_limit > 0 AND output_limit <= context_window),
  input_modalities text[] NOT NULL CHECK (cardinality(input_modalities) > 0),
  output_modalities text[] NOT NULL CHECK (cardinality(output_modalities) > 0),
  defaults jsonb NOT NULL CHECK (jsonb_typeof(defaults) = 'object'),
  -- The day on which all this was true.
  as_of date NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT model_configs_provider_model_key UNIQUE (provider, model)
);

CREATE TABLE transcripts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug text NOT NULL CHECK (char_length(slug) BETWEEN 1 AND 100),
  user_id uuid NOT NULL,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
  agent_model text,
  started_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT transcripts_slug_key UNIQUE (slug)
);

CREATE TABLE transcript_messages (
  transcript_id uuid NOT NULL,
  -- From 1, in the order in which they were said.
  position integer NOT NULL CHECK (position > 0),
  role text NOT NULL CHECK (role IN ('user', 'assistant', 'tool')),
  content text NOT NULL,
  PRIMARY KEY (transcript_id, position)
);

CREATE TABLE shares (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug text NOT NULL CHECK (slug ~ '^[A-Za-z0-9_-]{6,40}$'),
  user_id uuid NOT NULL,
  transcript_id uuid NOT NULL,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
  visibility text NOT NULL CHECK (visibility IN ('public', 'link')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT shares_slug_key UNIQUE (slug)
);

-- Apart from the tables: where those are distributed, they must be before they refer to each other.
ALTER TABLE transcripts ADD CONSTRAINT transcripts_user_id_fkey
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE transcript_messages ADD CONSTRAINT transcript_messages_transcript_id_fkey
  FOREIGN KEY (transcript_id) REFERENCES transcripts (id) ON DELETE CASCADE;
ALTER TABLE shares ADD CONSTRAINT shares_user_id_fkey
  FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE shares ADD CONSTRAINT shares_transcript_id_fkey
  FOREIGN KEY (transcript_id) REFERENCES transcripts (id) ON DELETE CASCADE;

-- For the cascades.
CREATE INDEX ix_transcripts_user_id ON transcripts (user_id);
CREATE INDEX ix_shares_user_id ON shares (user_id);
CREATE INDEX ix_shares_transcript_id ON shares (transcript_id);

-- migrate:down
DROP TABLE shares;
DROP TABLE transcript_messages;
DROP TABLE transcripts;
DROP TABLE model_configs;
DROP TABLE prompt_templates;
DROP TABLE schemas;
DROP TABLE tools;
