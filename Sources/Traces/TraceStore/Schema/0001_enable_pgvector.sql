-- Comes first: the next migration has a column of its type.

-- migrate:up
CREATE EXTENSION IF NOT EXISTS vector;

-- migrate:down
-- Fails if anything else in the database uses it, which is as it should be.
DROP EXTENSION IF EXISTS vector;
