-- What has no vector yet, or one of an older model, is asked for at every start: without reading the table.

-- migrate:up
CREATE INDEX ix_traces_without_embedding ON traces (id) WHERE embedding IS NULL;
CREATE INDEX ix_traces_embedding_model ON traces (embedding_model_id, embedding_model_version);

-- migrate:down
DROP INDEX ix_traces_embedding_model;
DROP INDEX ix_traces_without_embedding;
