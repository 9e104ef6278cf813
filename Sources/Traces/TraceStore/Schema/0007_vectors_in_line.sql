-- A search compares a question with the vectors of a hundred candidates. Out of line each of them takes a look into
-- another index and four more rows: a third of the search's time.

-- migrate:up
-- The most that a page holds: a vector of 6 KB stays with its row unless the texts, compressed, need more than the rest. Rows
-- that are there already stay as they are until they are written again.
ALTER TABLE traces SET (toast_tuple_target = 8160);

-- migrate:down
ALTER TABLE traces RESET (toast_tuple_target);
