extension ScaffoldSchema {
  /// Invoices, stock and bookings: sums, differences and durations, and pairs in order.
  static let sums = ScaffoldSchema(
    name: "Sums",
    sql: #"""
      CREATE TABLE accounts(id bigserial PRIMARY KEY, name text NOT NULL);
      CREATE TABLE persons(id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
      CREATE TABLE invoices(id bigserial PRIMARY KEY, account_id bigint NOT NULL REFERENCES accounts,
        subtotal numeric(10,2) NOT NULL CHECK (subtotal >= 0), tax numeric(10,2) CHECK (tax >= 0),
        total numeric(10,2) NOT NULL, due numeric(10,2) NOT NULL, CHECK (total = subtotal + COALESCE(tax, 0)),
        CHECK (due <= total - 1));
      CREATE TABLE lines(id bigserial PRIMARY KEY, invoice_id bigint NOT NULL REFERENCES invoices,
        quantity int NOT NULL CHECK (quantity > 0), unit_price numeric(10,2) NOT NULL, amount numeric(12,2) NOT NULL,
        discount numeric(10,2) NOT NULL DEFAULT 0, CHECK (amount = quantity * unit_price),
        CHECK (discount <= quantity * unit_price));
      CREATE TABLE events(id serial PRIMARY KEY, seats int NOT NULL CHECK (seats > 0), sold int NOT NULL CHECK (sold >= 0),
        held int NOT NULL DEFAULT 0 CHECK (held >= 0), CHECK (sold + held <= seats));
      CREATE TABLE bookings(id serial PRIMARY KEY, starts timestamptz NOT NULL, ends timestamptz NOT NULL,
        first_day date NOT NULL, last_day date NOT NULL, CHECK (ends > starts), CHECK (ends - starts <= interval '8 hours'),
        CHECK (last_day <= first_day + 14), CHECK (last_day - first_day >= 2));
      CREATE TABLE stock(id serial PRIMARY KEY, "On hand" int NOT NULL, reserved int NOT NULL, available int NOT NULL,
        CHECK (available = "On hand" - reserved), CHECK (reserved <= "On hand"), CHECK (available >= 0));
      CREATE TABLE friendships(low bigint NOT NULL REFERENCES accounts, high bigint NOT NULL REFERENCES accounts,
        PRIMARY KEY(low, high), CHECK (low < high));
      CREATE TABLE chats(id serial PRIMARY KEY, person_a uuid NOT NULL REFERENCES persons,
        person_b uuid NOT NULL REFERENCES persons, UNIQUE(person_a, person_b), CHECK (person_b > person_a));
      CREATE TABLE matches(id serial PRIMARY KEY, home bigint NOT NULL REFERENCES accounts,
        away bigint REFERENCES accounts, CHECK (home > away));
      """#)
}
