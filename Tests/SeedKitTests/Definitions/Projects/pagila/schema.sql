CREATE TABLE actor (actor_id serial PRIMARY KEY, first_name text NOT NULL, last_update timestamp NOT NULL DEFAULT now());
CREATE TABLE address (address_id serial PRIMARY KEY, address text NOT NULL, address2 text, district text NOT NULL, postal_code text);
CREATE DOMAIN year AS integer CHECK (VALUE BETWEEN 1901 AND 2155);
CREATE TYPE mpaa_rating AS ENUM ('G', 'PG', 'PG-13');
CREATE TABLE film (film_id serial PRIMARY KEY, title text NOT NULL, release_year year, rental_rate numeric(4,2) NOT NULL, rating mpaa_rating, special_features text[], fulltext tsvector NOT NULL, picture bytea);
