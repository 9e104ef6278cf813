CREATE TABLE users (id serial PRIMARY KEY, login varchar(60) NOT NULL DEFAULT '', admin boolean NOT NULL DEFAULT false, mail_notification text, created_on timestamp, last_login_on timestamp, type text, hashed_password varchar(40));
CREATE TABLE fields (id serial PRIMARY KEY, type text NOT NULL, name text NOT NULL, possible_values jsonb, regexp text DEFAULT '', is_required boolean NOT NULL DEFAULT false, default_value text, position integer);
CREATE TABLE groups_users (group_id integer NOT NULL, user_id integer NOT NULL, UNIQUE (group_id, user_id));
CREATE TABLE watchers (id serial PRIMARY KEY, watchable_type text NOT NULL, watchable_id integer NOT NULL, user_id integer);
