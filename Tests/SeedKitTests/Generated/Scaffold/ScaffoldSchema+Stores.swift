extension ScaffoldSchema {
  /// DVD rentals: domains, an enum, a trigger for a tsvector, a partitioned table whose partitions have foreign keys.
  static let pagila = ScaffoldSchema(
    name: "Pagila",
    sql: """
      CREATE DOMAIN year AS int CHECK (VALUE >= 1901 AND VALUE <= 2155);
      CREATE TYPE mpaa_rating AS ENUM ('G', 'PG', 'PG-13', 'R', 'NC-17');
      CREATE TABLE language (
        language_id serial PRIMARY KEY, name char(20) NOT NULL, last_update timestamptz NOT NULL DEFAULT now());
      CREATE TABLE category (
        category_id serial PRIMARY KEY, name text NOT NULL, last_update timestamptz NOT NULL DEFAULT now());
      CREATE TABLE actor (
        actor_id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL,
        last_update timestamptz NOT NULL DEFAULT now());
      CREATE TABLE film (
        film_id serial PRIMARY KEY, title text NOT NULL, description text, release_year year,
        language_id int NOT NULL REFERENCES language, original_language_id int REFERENCES language,
        rental_duration smallint NOT NULL DEFAULT 3, rental_rate numeric(4, 2) NOT NULL DEFAULT 4.99,
        length smallint, replacement_cost numeric(5, 2) NOT NULL DEFAULT 19.99, rating mpaa_rating DEFAULT 'G',
        last_update timestamptz NOT NULL DEFAULT now(), special_features text[], fulltext tsvector NOT NULL);
      CREATE TRIGGER film_fulltext BEFORE INSERT OR UPDATE ON film FOR EACH ROW
        EXECUTE FUNCTION tsvector_update_trigger('fulltext', 'pg_catalog.english', 'title', 'description');
      CREATE INDEX film_fulltext_idx ON film USING gist (fulltext);
      CREATE TABLE film_actor (
        actor_id int NOT NULL REFERENCES actor, film_id int NOT NULL REFERENCES film,
        last_update timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (actor_id, film_id));
      CREATE TABLE film_category (
        film_id int NOT NULL REFERENCES film, category_id int NOT NULL REFERENCES category,
        last_update timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (film_id, category_id));
      CREATE TABLE country (country_id serial PRIMARY KEY, country text NOT NULL);
      CREATE TABLE city (city_id serial PRIMARY KEY, city text NOT NULL, country_id int NOT NULL REFERENCES country);
      CREATE TABLE address (
        address_id serial PRIMARY KEY, address text NOT NULL, address2 text, district text NOT NULL,
        city_id int NOT NULL REFERENCES city, postal_code text, phone text NOT NULL);
      CREATE TABLE store (
        store_id serial PRIMARY KEY, manager_staff_id int NOT NULL, address_id int NOT NULL REFERENCES address);
      CREATE UNIQUE INDEX idx_unq_manager_staff_id ON store (manager_staff_id);
      CREATE TABLE staff (
        staff_id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL,
        address_id int NOT NULL REFERENCES address, email text, store_id int NOT NULL REFERENCES store,
        active boolean NOT NULL DEFAULT true, username text NOT NULL, password text, picture bytea);
      CREATE TABLE customer (
        customer_id serial PRIMARY KEY, store_id int NOT NULL REFERENCES store, first_name text NOT NULL,
        last_name text NOT NULL, email text, address_id int NOT NULL REFERENCES address,
        activebool boolean NOT NULL DEFAULT true, create_date date NOT NULL DEFAULT CURRENT_DATE, active int);
      CREATE TABLE inventory (
        inventory_id serial PRIMARY KEY, film_id int NOT NULL REFERENCES film, store_id int NOT NULL REFERENCES store);
      CREATE TABLE rental (
        rental_id serial PRIMARY KEY, rental_date timestamptz NOT NULL, inventory_id int NOT NULL REFERENCES inventory,
        customer_id int NOT NULL REFERENCES customer, return_date timestamptz, staff_id int NOT NULL REFERENCES staff);
      CREATE UNIQUE INDEX rental_idx ON rental (rental_date, inventory_id, customer_id);
      CREATE SEQUENCE payment_payment_id_seq;
      CREATE TABLE payment (
        payment_id int NOT NULL DEFAULT nextval('payment_payment_id_seq'), customer_id int NOT NULL,
        staff_id int NOT NULL, rental_id int NOT NULL, amount numeric(5, 2) NOT NULL, payment_date timestamptz NOT NULL,
        PRIMARY KEY (payment_date, payment_id)) PARTITION BY RANGE (payment_date);
      CREATE TABLE payment_p2022_01 PARTITION OF payment FOR VALUES FROM ('2022-01-01 00:00:00+00') TO ('2022-02-01 00:00:00+00');
      CREATE TABLE payment_p2022_02 PARTITION OF payment FOR VALUES FROM ('2022-02-01 00:00:00+00') TO ('2022-03-01 00:00:00+00');
      ALTER TABLE payment_p2022_01 ADD FOREIGN KEY (customer_id) REFERENCES customer;
      ALTER TABLE payment_p2022_01 ADD FOREIGN KEY (rental_id) REFERENCES rental;
      ALTER TABLE payment_p2022_02 ADD FOREIGN KEY (customer_id) REFERENCES customer;
      CREATE VIEW film_list AS SELECT title FROM film;
      CREATE TABLE schema_migrations (version text PRIMARY KEY);
      """)

  /// A music shop with names in mixed case.
  static let chinook = ScaffoldSchema(
    name: "Chinook",
    sql: """
      CREATE TABLE "Artist" ("ArtistId" int PRIMARY KEY, "Name" varchar(120));
      CREATE TABLE "Album" ("AlbumId" int PRIMARY KEY, "Title" varchar(160) NOT NULL, "ArtistId" int NOT NULL REFERENCES "Artist");
      CREATE TABLE "Employee" (
        "EmployeeId" int PRIMARY KEY, "LastName" varchar(20) NOT NULL, "FirstName" varchar(20) NOT NULL, "Title" varchar(30),
        "ReportsTo" int REFERENCES "Employee", "BirthDate" timestamp, "HireDate" timestamp, "Address" varchar(70),
        "City" varchar(40), "State" varchar(40), "Country" varchar(40), "PostalCode" varchar(10), "Phone" varchar(24),
        "Email" varchar(60));
      CREATE TABLE "Customer" (
        "CustomerId" int PRIMARY KEY, "FirstName" varchar(40) NOT NULL, "LastName" varchar(20) NOT NULL, "Company" varchar(80),
        "City" varchar(40), "Email" varchar(60) NOT NULL, "SupportRepId" int REFERENCES "Employee");
      CREATE TABLE "Genre" ("GenreId" int PRIMARY KEY, "Name" varchar(120));
      CREATE TABLE "MediaType" ("MediaTypeId" int PRIMARY KEY, "Name" varchar(120));
      CREATE TABLE "Track" (
        "TrackId" int PRIMARY KEY, "Name" varchar(200) NOT NULL, "AlbumId" int REFERENCES "Album",
        "MediaTypeId" int NOT NULL REFERENCES "MediaType", "GenreId" int REFERENCES "Genre", "Composer" varchar(220),
        "Milliseconds" int NOT NULL, "Bytes" int, "UnitPrice" numeric(10, 2) NOT NULL);
      CREATE TABLE "Playlist" ("PlaylistId" int PRIMARY KEY, "Name" varchar(120));
      CREATE TABLE "PlaylistTrack" (
        "PlaylistId" int NOT NULL REFERENCES "Playlist", "TrackId" int NOT NULL REFERENCES "Track",
        PRIMARY KEY ("PlaylistId", "TrackId"));
      CREATE TABLE "Invoice" (
        "InvoiceId" int PRIMARY KEY, "CustomerId" int NOT NULL REFERENCES "Customer", "InvoiceDate" timestamp NOT NULL,
        "BillingCity" varchar(40), "Total" numeric(10, 2) NOT NULL);
      CREATE TABLE "InvoiceLine" (
        "InvoiceLineId" int PRIMARY KEY, "InvoiceId" int NOT NULL REFERENCES "Invoice",
        "TrackId" int NOT NULL REFERENCES "Track", "UnitPrice" numeric(10, 2) NOT NULL, "Quantity" int NOT NULL);
      """)

  /// Orders of a wholesaler: keys of letters, composite keys and a self-reference.
  static let northwind = ScaffoldSchema(
    name: "Northwind",
    sql: """
      CREATE TABLE categories (
        category_id smallint PRIMARY KEY, category_name varchar(15) NOT NULL, description text, picture bytea);
      CREATE TABLE customer_demographics (customer_type_id varchar(5) PRIMARY KEY, customer_desc text);
      CREATE TABLE customers (
        customer_id varchar(5) PRIMARY KEY, company_name varchar(40) NOT NULL, contact_name varchar(30),
        contact_title varchar(30), address varchar(60), city varchar(15), region varchar(15), postal_code varchar(10),
        country varchar(15), phone varchar(24), fax varchar(24));
      CREATE TABLE customer_customer_demo (
        customer_id varchar(5) REFERENCES customers, customer_type_id varchar(5) REFERENCES customer_demographics,
        PRIMARY KEY (customer_id, customer_type_id));
      CREATE TABLE employees (
        employee_id smallint PRIMARY KEY, last_name varchar(20) NOT NULL, first_name varchar(10) NOT NULL,
        title varchar(30), title_of_courtesy varchar(25), birth_date date, hire_date date, extension varchar(4),
        photo bytea, notes text, reports_to smallint REFERENCES employees, photo_path varchar(255));
      CREATE TABLE region (region_id smallint PRIMARY KEY, region_description varchar(60) NOT NULL);
      CREATE TABLE territories (
        territory_id varchar(20) PRIMARY KEY, territory_description varchar(60) NOT NULL,
        region_id smallint NOT NULL REFERENCES region);
      CREATE TABLE employee_territories (
        employee_id smallint REFERENCES employees, territory_id varchar(20) REFERENCES territories,
        PRIMARY KEY (employee_id, territory_id));
      CREATE TABLE shippers (shipper_id smallint PRIMARY KEY, company_name varchar(40) NOT NULL, phone varchar(24));
      CREATE TABLE suppliers (supplier_id smallint PRIMARY KEY, company_name varchar(40) NOT NULL, homepage text);
      CREATE TABLE products (
        product_id smallint PRIMARY KEY, product_name varchar(40) NOT NULL, supplier_id smallint REFERENCES suppliers,
        category_id smallint REFERENCES categories, unit_price real, units_in_stock smallint, discontinued int NOT NULL);
      CREATE TABLE orders (
        order_id smallint PRIMARY KEY, customer_id varchar(5) REFERENCES customers,
        employee_id smallint REFERENCES employees, order_date date, required_date date, shipped_date date,
        ship_via smallint REFERENCES shippers, freight real, ship_name varchar(40), ship_country varchar(15));
      CREATE TABLE order_details (
        order_id smallint REFERENCES orders, product_id smallint REFERENCES products, unit_price real NOT NULL,
        quantity smallint NOT NULL, discount real NOT NULL, PRIMARY KEY (order_id, product_id));
      CREATE TABLE us_states (state_id smallint PRIMARY KEY, state_name varchar(100), state_abbr varchar(2));
      """)

  /// Prices, stocks and orders with many CHECK constraints.
  static let shop = ScaffoldSchema(
    name: "shop",
    sql: """
      CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@]+@[^@]+$');
      CREATE TABLE currency (code char(3) PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'), name text NOT NULL UNIQUE);
      CREATE TABLE customer (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email email NOT NULL UNIQUE, name varchar(80) NOT NULL CHECK (length(name) > 1),
        birthday date CHECK (birthday < '2010-01-01'), loyalty_points int NOT NULL DEFAULT 0 CHECK (loyalty_points >= 0),
        phone text CHECK (phone <> ''), created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL,
        CHECK (updated_at >= created_at));
      CREATE TABLE category (id serial PRIMARY KEY, parent_id int REFERENCES category, slug varchar(40) NOT NULL UNIQUE);
      CREATE TABLE product (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sku text NOT NULL UNIQUE CHECK (sku ~ '^[A-Z]{2}-[0-9]{4,6}$'),
        name text NOT NULL, category_id int NOT NULL REFERENCES category, price numeric(8, 2) NOT NULL CHECK (price > 0),
        sale_price numeric(8, 2), weight_g int CHECK (weight_g BETWEEN 1 AND 50000), currency char(3) NOT NULL REFERENCES currency,
        status text NOT NULL CHECK (status IN ('draft', 'active', 'retired')), tags text[] NOT NULL DEFAULT '{}',
        attributes jsonb NOT NULL CHECK (jsonb_typeof(attributes) = 'object'), min_qty int NOT NULL, max_qty int NOT NULL,
        CHECK (sale_price < price), CHECK (min_qty <= max_qty), valid daterange);
      CREATE TABLE customer_order (
        id bigserial PRIMARY KEY, number varchar(12) NOT NULL UNIQUE, customer_id uuid NOT NULL REFERENCES customer,
        status varchar(10) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'paid', 'shipped')), placed_at timestamptz NOT NULL,
        paid_at timestamptz, shipped_at timestamptz CHECK (shipped_at > placed_at), discount numeric(3, 2) CHECK (discount >= 0 AND discount < 1),
        CHECK ((status = 'new') = (paid_at IS NULL)));
      CREATE TABLE customer_order_item (
        order_id bigint REFERENCES customer_order, line_no int, product_id bigint NOT NULL REFERENCES product,
        quantity int NOT NULL CHECK (quantity >= 1 AND quantity <= 9), price numeric(8, 2) NOT NULL,
        total numeric(12, 2) GENERATED ALWAYS AS (quantity * price) STORED, PRIMARY KEY (order_id, line_no));
      CREATE TABLE stock (product_id bigint PRIMARY KEY REFERENCES product, quantity int NOT NULL CHECK (quantity >= 0));
      CREATE TABLE review (
        product_id bigint REFERENCES product, customer_id uuid REFERENCES customer, stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
        body text, PRIMARY KEY (product_id, customer_id));
      """)
}
