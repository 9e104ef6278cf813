CREATE TABLE country (iso text PRIMARY KEY, numeric_code text, name text NOT NULL, area numeric, phone text, postal_regex text);
CREATE TABLE country_language (iso text REFERENCES country, place smallint, locale text, PRIMARY KEY (iso, place));
CREATE TABLE country_neighbour (iso text REFERENCES country, neighbour text REFERENCES country, PRIMARY KEY (iso, neighbour));
