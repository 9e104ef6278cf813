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
      CREATE TABLE standings(id serial PRIMARY KEY, played int NOT NULL CHECK (played >= 0), wins int NOT NULL CHECK (wins >= 0),
        draws int NOT NULL CHECK (draws >= 0), losses int NOT NULL CHECK (losses >= 0),
        CHECK (played = wins + draws + losses), CHECK (played <= 38));
      CREATE TABLE limits(id serial PRIMARY KEY, lowest int NOT NULL, highest int NOT NULL,
        CHECK (highest <= lowest + 10));
      CREATE TABLE friendships(low bigint NOT NULL REFERENCES accounts, high bigint NOT NULL REFERENCES accounts,
        PRIMARY KEY(low, high), CHECK (low < high));
      CREATE TABLE chats(id serial PRIMARY KEY, person_a uuid NOT NULL REFERENCES persons,
        person_b uuid NOT NULL REFERENCES persons, UNIQUE(person_a, person_b), CHECK (person_b > person_a));
      CREATE TABLE matches(id serial PRIMARY KEY, home bigint NOT NULL REFERENCES accounts,
        away bigint REFERENCES accounts, CHECK (home > away));
      """#)

  /// Persons with subtypes, questions and answers, tickets with links: alternatives that NOT NULL, references or other
  /// columns rule out, and parts of a whole.
  static let subtypes = ScaffoldSchema(
    name: "Subtypes",
    sql: #"""
      CREATE TABLE entity(entity_id serial PRIMARY KEY, rowguid uuid NOT NULL DEFAULT gen_random_uuid());
      CREATE TABLE person(entity_id int PRIMARY KEY REFERENCES entity, kind char(2) NOT NULL,
        CHECK (kind IS NULL OR upper(kind) IN ('SC', 'VC', 'IN')), gender char(1) NOT NULL CHECK (upper(gender) IN ('M', 'F')),
        style text, CHECK (lower(style) = 'w' OR lower(style) = 'm' OR style IS NULL),
        weekdays int[] NOT NULL CHECK (weekdays <@ ARRAY[1,2,3,4,5,6,7]));
      CREATE TABLE employees(id serial PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('salaried', 'hourly')),
        hourly_rate numeric(8,2), salary numeric(10,2), CHECK ((kind = 'hourly') = (hourly_rate IS NOT NULL)),
        CHECK (num_nonnulls(hourly_rate, salary) = 1), room text NOT NULL CHECK (room SIMILAR TO '[A-D][0-9]{3}'),
        rights text[] NOT NULL CHECK (rights <@ ARRAY['read', 'write'] AND 'read' = ANY(rights)));
      CREATE TABLE posts(id serial PRIMARY KEY, kind smallint NOT NULL CHECK (kind IN (1,2)), parent_id int REFERENCES posts,
        CHECK (kind = 1 OR parent_id IS NOT NULL), CHECK (kind = 2 OR parent_id IS NULL));
      CREATE TABLE games(id serial PRIMARY KEY, home int NOT NULL REFERENCES person, away int NOT NULL REFERENCES person,
        winner int REFERENCES person, CHECK (home <> away), CHECK (winner IS NULL OR winner = home OR winner = away),
        home_score int NOT NULL, away_score int NOT NULL, CHECK (home_score + away_score <= 10));
      CREATE TABLE shares(id serial PRIMARY KEY, a numeric(5,2) NOT NULL, b numeric(5,2) NOT NULL, c numeric(5,2) NOT NULL,
        CHECK (a >= 0 AND b >= 0 AND c >= 0), CHECK (a + b + c = 100));
      CREATE TABLE projects(id serial PRIMARY KEY, name text NOT NULL);
      CREATE TABLE tickets(project_id int NOT NULL REFERENCES projects, no int NOT NULL, PRIMARY KEY(project_id, no));
      CREATE TABLE ticket_links(project_id int NOT NULL, a_no int NOT NULL, b_no int NOT NULL,
        kind text NOT NULL CHECK (kind IN ('blocks','relates','follows','repeats')), PRIMARY KEY(project_id, a_no, b_no, kind),
        FOREIGN KEY(project_id, a_no) REFERENCES tickets, FOREIGN KEY(project_id, b_no) REFERENCES tickets,
        CHECK (a_no < b_no));
      """#)
}
