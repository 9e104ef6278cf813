extension ScaffoldSchema {
  /// Self-references, counters, and pairs of users that must differ.
  static let forum = ScaffoldSchema(
    name: "forum",
    sql: """
      CREATE TABLE users (
        id bigserial PRIMARY KEY, username varchar(20) NOT NULL, username_lower varchar(20) NOT NULL, admin boolean NOT NULL DEFAULT false,
        trust_level int NOT NULL CHECK (trust_level = ANY (ARRAY[0, 1, 2, 3, 4])), post_count int NOT NULL DEFAULT 0,
        last_seen_at timestamp, created_at timestamp NOT NULL, ip_address inet, uuid uuid);
      CREATE UNIQUE INDEX ON users (lower(username));
      CREATE TABLE user_emails (id serial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, email varchar(513) NOT NULL UNIQUE);
      CREATE TABLE user_profiles (user_id bigint PRIMARY KEY REFERENCES users, website text, bio_raw text, views int NOT NULL DEFAULT 0);
      CREATE TABLE boards (
        id serial PRIMARY KEY, parent_board_id int REFERENCES boards, name varchar(50) NOT NULL, position int, color varchar(6) NOT NULL DEFAULT '0088CC',
        CHECK (parent_board_id <> id));
      CREATE UNIQUE INDEX ON boards (coalesce(parent_board_id, -1), name);
      CREATE TABLE topics (
        id serial PRIMARY KEY, title text NOT NULL CHECK (char_length(title) BETWEEN 5 AND 300), board_id int NOT NULL REFERENCES boards,
        user_id bigint NOT NULL REFERENCES users, views int NOT NULL DEFAULT 0, closed boolean NOT NULL, deleted_at timestamp,
        created_at timestamp NOT NULL, bumped_at timestamp NOT NULL, CHECK (bumped_at >= created_at));
      CREATE TABLE posts (
        id serial PRIMARY KEY, topic_id int NOT NULL REFERENCES topics, user_id bigint NOT NULL REFERENCES users, post_number int NOT NULL,
        reply_to_id int REFERENCES posts, raw text NOT NULL, like_count int NOT NULL DEFAULT 0, score double precision,
        created_at timestamp NOT NULL, UNIQUE (topic_id, post_number));
      CREATE TABLE likes (
        post_id int NOT NULL REFERENCES posts ON DELETE CASCADE, user_id bigint NOT NULL REFERENCES users, PRIMARY KEY (post_id, user_id));
      CREATE TABLE follows (
        follower_id bigint NOT NULL REFERENCES users, followed_id bigint NOT NULL REFERENCES users,
        created_at timestamp NOT NULL, PRIMARY KEY (follower_id, followed_id), CHECK (follower_id <> followed_id));
      CREATE TABLE messages (
        id serial PRIMARY KEY, sender_id bigint NOT NULL REFERENCES users, recipient_id bigint NOT NULL REFERENCES users,
        text text NOT NULL, CHECK (sender_id <> recipient_id));
      CREATE TABLE tags (id serial PRIMARY KEY, name varchar(30) NOT NULL UNIQUE CHECK (name = lower(name)));
      CREATE TABLE topic_tags (topic_id int REFERENCES topics, tag_id int REFERENCES tags, PRIMARY KEY (topic_id, tag_id));
      """)

  /// Enums, alternatives in CHECK constraints, and a table that cannot be filled.
  static let tickets = ScaffoldSchema(
    name: "tickets",
    sql: """
      CREATE TYPE ticket_state AS ENUM ('open', 'waiting', 'solved');
      CREATE TYPE channel AS ENUM ('mail', 'phone', 'web');
      CREATE DOMAIN ticket_number AS varchar(9) CHECK (VALUE ~ '^T-\\d{7}$');
      CREATE TABLE department (id smallserial PRIMARY KEY, name varchar(40) NOT NULL UNIQUE);
      CREATE TABLE agent (
        id serial PRIMARY KEY, email text NOT NULL, department_id smallint NOT NULL REFERENCES department, signature xml,
        shift_start time NOT NULL, shift_end time NOT NULL, languages text[] NOT NULL CHECK (cardinality(languages) >= 2),
        CHECK (shift_end > shift_start));
      CREATE UNIQUE INDEX ON agent (lower(email));
      CREATE TABLE requester (
        id serial PRIMARY KEY, email text UNIQUE, phone text UNIQUE, country_code char(2) NOT NULL, vip boolean NOT NULL,
        CHECK (email IS NOT NULL OR phone IS NOT NULL));
      CREATE TABLE ticket (
        id bigserial PRIMARY KEY, number ticket_number NOT NULL UNIQUE, requester_id int NOT NULL REFERENCES requester,
        agent_id int REFERENCES agent, merged_into_id bigint REFERENCES ticket, state ticket_state NOT NULL DEFAULT 'open',
        via channel NOT NULL, priority smallint NOT NULL CHECK (priority > 0 AND priority <= 4), subject varchar(200) NOT NULL,
        opened_at timestamptz NOT NULL, solved_at timestamptz, due_on date, search tsvector GENERATED ALWAYS AS (to_tsvector('english', subject)) STORED,
        custom jsonb, time_spent interval, CHECK (solved_at IS NULL OR solved_at >= opened_at), CHECK (state <> 'solved' OR solved_at IS NOT NULL));
      CREATE TABLE ticket_comment (
        ticket_id bigint NOT NULL REFERENCES ticket, seq int NOT NULL, agent_id int REFERENCES agent, requester_id int REFERENCES requester,
        body text NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (ticket_id, seq), CHECK (num_nonnulls(agent_id, requester_id) = 1));
      CREATE TABLE attachment (
        id uuid PRIMARY KEY, ticket_id bigint NOT NULL, seq int NOT NULL, filename text NOT NULL, size_bytes bigint NOT NULL CHECK (size_bytes < 26214400),
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32), FOREIGN KEY (ticket_id, seq) REFERENCES ticket_comment);
      CREATE TABLE absence (
        id serial PRIMARY KEY, agent_id int NOT NULL REFERENCES agent, during daterange NOT NULL,
        EXCLUDE USING gist (during WITH &&));
      CREATE TABLE absence_note (absence_id int PRIMARY KEY REFERENCES absence, note text);
      CREATE TABLE ticket_log (happened_at timestamptz, what text);
      CREATE TABLE weird (id serial PRIMARY KEY, a int NOT NULL, b int NOT NULL, c int, CHECK (a * a + b = 17), CHECK (c % 7 = 3));
      """,
    omitted: ["public.absence", "public.absence_note", "public.ticket_log", "public.weird"])

  /// Composite foreign keys that share the tenant.
  static let tenants = ScaffoldSchema(
    name: "multi-tenant",
    sql: """
      CREATE TABLE tenant (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subdomain varchar(30) NOT NULL UNIQUE, plan text NOT NULL CHECK (plan IN ('free', 'pro')));
      CREATE TABLE account (
        tenant_id int NOT NULL REFERENCES tenant, id int GENERATED ALWAYS AS IDENTITY, email text NOT NULL, name text NOT NULL,
        manager_id int, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, email), FOREIGN KEY (tenant_id, manager_id) REFERENCES account);
      CREATE TABLE team (
        tenant_id int NOT NULL REFERENCES tenant, id int GENERATED ALWAYS AS IDENTITY, name text NOT NULL, PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, name));
      CREATE TABLE membership (
        tenant_id int NOT NULL REFERENCES tenant, account_id int NOT NULL, team_id int NOT NULL, role text NOT NULL CHECK (role IN ('member', 'owner')),
        PRIMARY KEY (tenant_id, account_id, team_id), FOREIGN KEY (tenant_id, account_id) REFERENCES account,
        FOREIGN KEY (tenant_id, team_id) REFERENCES team);
      CREATE TABLE document (
        tenant_id int NOT NULL REFERENCES tenant, id bigint GENERATED ALWAYS AS IDENTITY, author_id int NOT NULL, team_id int, title text NOT NULL,
        slug varchar(60) NOT NULL, body text, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, slug),
        FOREIGN KEY (tenant_id, author_id) REFERENCES account, FOREIGN KEY (tenant_id, team_id) REFERENCES team);
      CREATE TABLE document_revision (
        tenant_id int NOT NULL, document_id bigint NOT NULL, number int NOT NULL CHECK (number > 0), editor_id int NOT NULL,
        body text NOT NULL, PRIMARY KEY (tenant_id, document_id, number), FOREIGN KEY (tenant_id, document_id) REFERENCES document,
        FOREIGN KEY (tenant_id, editor_id) REFERENCES account);
      CREATE TABLE account_setting (
        tenant_id int NOT NULL, account_id int NOT NULL, locale text NOT NULL, dark boolean NOT NULL, PRIMARY KEY (tenant_id, account_id),
        FOREIGN KEY (tenant_id, account_id) REFERENCES account, FOREIGN KEY (tenant_id) REFERENCES tenant);
      CREATE TABLE usage (tenant_id int NOT NULL REFERENCES tenant, day date NOT NULL, requests bigint NOT NULL CHECK (requests >= 0), PRIMARY KEY (tenant_id, day));
      """)

  /// Cycles of two and three tables, of which one cannot be filled.
  static let cycles = ScaffoldSchema(
    name: "cycles",
    sql: """
      CREATE TABLE department (id serial PRIMARY KEY, name text NOT NULL, head_id int);
      CREATE TABLE employee (
        id serial PRIMARY KEY, name text NOT NULL, department_id int NOT NULL REFERENCES department DEFERRABLE INITIALLY DEFERRED,
        mentor_id int REFERENCES employee, salary numeric(10, 2) NOT NULL CHECK (salary >= 1000));
      ALTER TABLE department ADD FOREIGN KEY (head_id) REFERENCES employee DEFERRABLE INITIALLY DEFERRED;
      CREATE TABLE project (id serial PRIMARY KEY, name text NOT NULL, current_version_id int UNIQUE, owner_id int REFERENCES employee);
      CREATE TABLE version (id serial PRIMARY KEY, project_id int NOT NULL REFERENCES project, tag text NOT NULL, release_id int);
      CREATE TABLE release (id serial PRIMARY KEY, version_id int NOT NULL REFERENCES version, published_on date NOT NULL);
      ALTER TABLE version ADD FOREIGN KEY (release_id) REFERENCES release;
      ALTER TABLE project ADD FOREIGN KEY (current_version_id) REFERENCES version;
      CREATE TABLE chicken (id int PRIMARY KEY, egg_id int NOT NULL);
      CREATE TABLE egg (id int PRIMARY KEY, chicken_id int NOT NULL REFERENCES chicken DEFERRABLE INITIALLY DEFERRED);
      ALTER TABLE chicken ADD FOREIGN KEY (egg_id) REFERENCES egg DEFERRABLE INITIALLY DEFERRED;
      CREATE TABLE nest (id int PRIMARY KEY, egg_id int REFERENCES egg, place text NOT NULL);
      """, omitted: ["public.chicken", "public.egg"])

  /// Columns of many types.
  static let types = ScaffoldSchema(
    name: "types",
    sql: """
      CREATE TYPE color AS ENUM ('red', 'green');
      CREATE TYPE pair AS (a int, b text);
      CREATE DOMAIN percent AS numeric(5, 2) NOT NULL CHECK (VALUE >= 0 AND VALUE <= 100);
      CREATE TABLE sample (
        id uuid PRIMARY KEY, flag boolean NOT NULL, color color NOT NULL, colors color[] NOT NULL, share percent, money money NOT NULL,
        bits bit(5) NOT NULL, more_bits bit varying(9) NOT NULL, payload bytea NOT NULL, spot point NOT NULL, area box NOT NULL, ring polygon NOT NULL, disc circle NOT NULL,
        route path NOT NULL, span int4range NOT NULL, days daterange NOT NULL, spans int4multirange NOT NULL, net cidr NOT NULL, host inet NOT NULL,
        card macaddr NOT NULL, doc xml, data json NOT NULL, list jsonb NOT NULL CHECK (jsonb_typeof(list) = 'array'), words tsvector NOT NULL, duo pair,
        pause interval NOT NULL, at time NOT NULL, numbers int[] NOT NULL, letter "char" NOT NULL, big bigint NOT NULL, ratio real NOT NULL, tiny char(1) NOT NULL,
        precise numeric(12, 5) NOT NULL CHECK (precise > 0.00001 AND precise < 0.5), negative int NOT NULL CHECK (negative < -5), future date NOT NULL CHECK (future > CURRENT_DATE),
        kind text NOT NULL CHECK (kind = 'a' OR kind = 'b'), url text CHECK (url LIKE 'https://%'), nothing text CHECK (nothing IS NULL));
      """)
}
