-- The reference tables were made here before they moved to a set that needs no extension. Histories have this version.

-- migrate:checksum 85c28d0c611e37d0ae37cc0638021d7ad8a95b836b21c83265085c2bcfddee36
-- migrate:up
SELECT;

-- migrate:down
SELECT;
