CREATE TYPE user_role AS ENUM ('administrator', 'moderator');
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, home_lat float8, home_zoom smallint DEFAULT 3, languages text, creation_time timestamp NOT NULL);
CREATE TABLE user_roles (id serial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, role user_role NOT NULL, granter_id bigint NOT NULL REFERENCES users, created_at timestamp, updated_at timestamp, UNIQUE (user_id, role));
CREATE TABLE current_way_nodes (way_id bigint, node_id bigint NOT NULL, sequence_id bigint, PRIMARY KEY (way_id, sequence_id));
CREATE TABLE countries (id serial PRIMARY KEY, code varchar(2) NOT NULL UNIQUE, min_lat float8 NOT NULL);
