CREATE TABLE posts (id serial PRIMARY KEY, title text NOT NULL, created_at timestamp NOT NULL);
CREATE TABLE comments (id serial PRIMARY KEY, post_id integer NOT NULL REFERENCES posts, author_email text, created_at timestamp NOT NULL);
CREATE TABLE users (id serial PRIMARY KEY, attributes json NOT NULL);
CREATE TABLE transactions (id serial PRIMARY KEY, amount integer, created_at timestamp NOT NULL);
