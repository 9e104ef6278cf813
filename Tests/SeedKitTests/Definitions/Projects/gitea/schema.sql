CREATE TABLE "user" (id bigserial PRIMARY KEY, lower_name text NOT NULL UNIQUE, name text NOT NULL, passwd text, is_admin boolean, created_unix bigint);
CREATE TABLE repo_unit (id bigserial PRIMARY KEY, repo_id bigint, type integer, config text, created_unix bigint);
