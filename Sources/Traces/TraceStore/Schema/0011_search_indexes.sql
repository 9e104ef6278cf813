-- Only traces that everybody finds belong to the indexes of search. Provisional and flagged traces could otherwise fill
-- an index scan until it gives up, so that spam would empty the searches of others.

-- This builds the vector index and the index of exact terms again, and writes to traces wait. 50,000 traces took half a
-- minute to a minute with a maintenance_work_mem of 2 GB. It takes several times longer if the graph does not fit into
-- that memory, about 8 KB per trace. Searches wait only for the end, while the old indexes are dropped.

-- migrate:up
-- The strongest lock that lets searches continue. With a weaker one, a vote could cause a deadlock at the end.
LOCK TABLE traces IN EXCLUSIVE MODE;
-- In a block, because Citus would send the whole script to the other nodes with each statement.
DO $$
DECLARE
  old record;
BEGIN
  -- The other traces: to leave them out of lists by tag, and to find those of a user.
  EXECUTE 'CREATE INDEX ix_traces_hidden ON traces (id) WHERE is_provisional OR is_flagged';
  EXECUTE 'CREATE INDEX ix_traces_hidden_contributor ON traces (contributor_id) WHERE is_provisional OR is_flagged';
  -- Whichever indexes exist: capacity data may have a vector index of another kind.
  FOR old IN
    SELECT indexrelid, relname AS name,
      pg_get_indexdef(indexrelid) || ' WHERE NOT is_provisional AND NOT is_flagged' AS definition
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = 'traces'::regclass AND indpred IS NULL AND relname IN (
      'ix_traces_embedding_hnsw', 'ix_traces_embedding_hnsw_halfvec', 'ix_traces_embedding_hnsw_bit',
      'ix_traces_exact_terms')
  LOOP
    EXECUTE format('ALTER INDEX %s RENAME TO %I', old.indexrelid::regclass, old.name || '_old');
    EXECUTE old.definition;
    EXECUTE format('DROP INDEX %s', old.indexrelid::regclass);
  END LOOP;
END $$;

-- migrate:down
LOCK TABLE traces IN EXCLUSIVE MODE;
DO $$
DECLARE
  old record;
BEGIN
  -- Whichever indexes exist: capacity data may have a vector index of another kind.
  FOR old IN
    SELECT indexrelid, relname AS name,
      regexp_replace(pg_get_indexdef(indexrelid), ' WHERE .*$', '') AS definition
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = 'traces'::regclass AND indpred IS NOT NULL AND relname IN (
      'ix_traces_embedding_hnsw', 'ix_traces_embedding_hnsw_halfvec', 'ix_traces_embedding_hnsw_bit',
      'ix_traces_exact_terms')
  LOOP
    EXECUTE format('ALTER INDEX %s RENAME TO %I', old.indexrelid::regclass, old.name || '_old');
    EXECUTE old.definition;
    EXECUTE format('DROP INDEX %s', old.indexrelid::regclass);
  END LOOP;
  EXECUTE 'DROP INDEX ix_traces_hidden_contributor';
  EXECUTE 'DROP INDEX ix_traces_hidden';
END $$;
