CREATE TABLE families (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE TABLE loans (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), rate numeric(10,3), created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE TABLE vehicles (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), year integer, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE TABLE accounts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), family_id uuid NOT NULL REFERENCES families, name text, balance numeric(19,4), currency text, accountable_type text, accountable_id uuid, status text DEFAULT 'active', created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, UNIQUE (family_id, name));
