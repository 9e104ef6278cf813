CREATE TABLE ships (id bigint PRIMARY KEY, name text, created_on timestamp, updated_on timestamp);
CREATE TABLE sailors (id bigint PRIMARY KEY, motto text, ship_id bigint REFERENCES ships, created_on timestamp, updated_on timestamp);
CREATE TABLE gems (id bigint PRIMARY KEY, name text, finder_type text, finder_id bigint);
CREATE TABLE gems_ships (ship_id bigint REFERENCES ships, gem_id bigint REFERENCES gems, UNIQUE (ship_id, gem_id));
CREATE TABLE admin_accounts (id bigint PRIMARY KEY, name text);
