-- Error codes, identifiers and versions, which vectors represent badly. See ExactTerms for what counts as a term.

-- migrate:up
-- An expression index instead of a generated column: adding it rewrites no table, and distributed tables accept it.
-- Without fastupdate, because a search would have to read the whole list of pending rows.
CREATE INDEX ix_traces_exact_terms ON traces USING gin ((array_remove(regexp_split_to_array(
  regexp_replace((title || ' ' || context_text || ' ' || solution_text) COLLATE "C", '[A-Za-z0-9_.]{65,}', ' ', 'g'),
  '(?:[^A-Za-z0-9_.]|[.](?![0-9])|(?<![0-9])[.]|[[:<:]][A-Za-z][a-z]*[[:>:]])+'), ''))) WITH (fastupdate = off);

-- migrate:down
DROP INDEX ix_traces_exact_terms;
