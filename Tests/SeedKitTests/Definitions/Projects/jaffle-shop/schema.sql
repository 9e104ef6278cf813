CREATE TABLE raw_stores (id uuid PRIMARY KEY, name text, opened_at timestamp, tax_rate numeric);
CREATE TABLE raw_customers (id integer PRIMARY KEY, name text);
