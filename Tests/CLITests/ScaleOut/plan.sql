BEGIN;
SET LOCAL citus.multi_shard_modify_mode = 'sequential';
-- copying the rows into a vector index one by one takes many times longer than building it afterwards
DROP INDEX public.ix_traces_embedding_hnsw;
-- Citus cannot distribute a table while a foreign key connects it with one that is not distributed yet
ALTER TABLE public.trace_reports DROP CONSTRAINT "trace_reports_trace_id_fkey";
-- with a foreign key to a reference table, Citus would move the rows twice, and reject identity columns
ALTER TABLE public.trace_tags DROP CONSTRAINT "trace_tags_tag_id_fkey";
-- Citus cannot distribute a table while a foreign key connects it with one that is not distributed yet
ALTER TABLE public.trace_tags DROP CONSTRAINT "trace_tags_trace_id_fkey";
-- with a foreign key to a reference table, Citus would move the rows twice, and reject identity columns
ALTER TABLE public.traces DROP CONSTRAINT "traces_contributor_id_fkey";
-- Citus cannot distribute a table while a foreign key connects it with one that is not distributed yet
ALTER TABLE public.votes DROP CONSTRAINT "votes_trace_id_fkey";
-- with a foreign key to a reference table, Citus would move the rows twice, and reject identity columns
ALTER TABLE public.votes DROP CONSTRAINT "votes_voter_id_fkey";
-- public.users is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.users');
-- public.tags is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.tags');
-- public.tools is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.tools');
-- public.schemas is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.schemas');
-- public.prompt_templates is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.prompt_templates');
-- public.model_configs is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.model_configs');
-- public.transcripts is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.transcripts');
-- public.transcript_messages is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.transcript_messages');
-- public.shares is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.shares');
-- public.api_tokens is small and joined with distributed tables, so every node gets a copy
SELECT create_reference_table('public.api_tokens');
-- the rows of public.traces are spread over the nodes by id
SELECT create_distributed_table('public.traces', 'id', colocate_with => 'none');
-- the rows of public.votes are kept on the node of their row of public.traces
SELECT create_distributed_table('public.votes', 'trace_id', colocate_with => 'public.traces');
-- the rows of public.trace_tags are kept on the node of their row of public.traces
SELECT create_distributed_table('public.trace_tags', 'trace_id', colocate_with => 'public.traces');
-- the rows of public.trace_reports are kept on the node of their row of public.traces
SELECT create_distributed_table('public.trace_reports', 'trace_id', colocate_with => 'public.traces');
-- the foreign key that was dropped above: both tables are on all nodes now
ALTER TABLE public.trace_reports ADD CONSTRAINT "trace_reports_trace_id_fkey" FOREIGN KEY (trace_id) REFERENCES traces(id) ON DELETE CASCADE;
-- the foreign key that was dropped above: both tables are on all nodes now
ALTER TABLE public.trace_tags ADD CONSTRAINT "trace_tags_tag_id_fkey" FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE;
-- the foreign key that was dropped above: both tables are on all nodes now
ALTER TABLE public.trace_tags ADD CONSTRAINT "trace_tags_trace_id_fkey" FOREIGN KEY (trace_id) REFERENCES traces(id) ON DELETE CASCADE;
-- the foreign key that was dropped above: both tables are on all nodes now
ALTER TABLE public.traces ADD CONSTRAINT "traces_contributor_id_fkey" FOREIGN KEY (contributor_id) REFERENCES users(id) ON DELETE CASCADE;
-- the foreign key that was dropped above: both tables are on all nodes now
ALTER TABLE public.votes ADD CONSTRAINT "votes_trace_id_fkey" FOREIGN KEY (trace_id) REFERENCES traces(id) ON DELETE CASCADE;
-- the foreign key that was dropped above: both tables are on all nodes now
ALTER TABLE public.votes ADD CONSTRAINT "votes_voter_id_fkey" FOREIGN KEY (voter_id) REFERENCES users(id) ON DELETE CASCADE;
COMMIT;

-- Each of these in a separate transaction:
-- the index that was dropped above
CREATE INDEX ix_traces_embedding_hnsw ON public.traces USING hnsw (embedding vector_cosine_ops) WITH (m='16', ef_construction='64') WHERE ((NOT is_provisional) AND (NOT is_flagged));
-- the planner needs statistics of the shards of public.traces
ANALYZE public.traces;
-- the planner needs statistics of the shards of public.votes
ANALYZE public.votes;
-- the planner needs statistics of the shards of public.trace_tags
ANALYZE public.trace_tags;
-- the planner needs statistics of the shards of public.trace_reports
ANALYZE public.trace_reports;
