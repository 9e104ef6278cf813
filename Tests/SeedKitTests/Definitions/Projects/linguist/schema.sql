CREATE TABLE language (name text PRIMARY KEY, language_id bigint NOT NULL UNIQUE, type text NOT NULL, color text, wrap boolean, group_name text REFERENCES language);
CREATE TABLE extension (language text REFERENCES language, extension text, place integer NOT NULL, PRIMARY KEY (language, extension));
