extension ScaffoldSchema {
  /// Transfers between accounts, ledger entries, cards: values that depend on the value of another column.
  static let accounts = ScaffoldSchema(
    name: "Bank",
    sql: #"""
      CREATE TABLE currencies(code char(3) PRIMARY KEY CHECK (code = upper(code)),
        decimals int NOT NULL DEFAULT 2 CHECK (decimals >= 0 AND decimals <= 4));
      CREATE TABLE customers(id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        kind text NOT NULL CHECK (kind IN ('person','company')), first_name text, last_name text, company_name text,
        tax_id text UNIQUE, created_at timestamptz NOT NULL DEFAULT now(),
        CHECK ((kind = 'person' AND first_name IS NOT NULL AND last_name IS NOT NULL AND company_name IS NULL) OR
        (kind = 'company' AND company_name IS NOT NULL)));
      CREATE TABLE accounts(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        customer_id uuid NOT NULL REFERENCES customers,
        iban text NOT NULL UNIQUE CHECK (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
        currency char(3) NOT NULL REFERENCES currencies, balance numeric(18,4) NOT NULL DEFAULT 0,
        overdraft numeric(18,4) NOT NULL DEFAULT 0 CHECK (overdraft >= 0), opened_on date NOT NULL, closed_on date,
        CHECK (balance >= -overdraft), CHECK (closed_on IS NULL OR closed_on > opened_on));
      CREATE TABLE transfers(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        from_account bigint NOT NULL REFERENCES accounts, to_account bigint NOT NULL REFERENCES accounts,
        amount numeric(18,4) NOT NULL CHECK (amount > 0), reference varchar(35), status text NOT NULL,
        booked_at timestamptz, reversed_by bigint UNIQUE REFERENCES transfers, CHECK (from_account <> to_account),
        CHECK (status IN ('pending','booked','rejected')), CHECK ((status = 'booked') = (booked_at IS NOT NULL)),
        CHECK (reversed_by <> id));
      CREATE TABLE entries(transfer_id bigint NOT NULL REFERENCES transfers, line smallint NOT NULL,
        account_id bigint NOT NULL REFERENCES accounts, debit numeric(18,4) NOT NULL DEFAULT 0,
        credit numeric(18,4) NOT NULL DEFAULT 0, PRIMARY KEY(transfer_id, line), CHECK (debit >= 0),
        CHECK (credit >= 0), CHECK ((debit = 0) <> (credit = 0)));
      CREATE TABLE cards(pan char(16) PRIMARY KEY CHECK (pan ~ '^\d{16}$'),
        account_id bigint NOT NULL REFERENCES accounts, expires date NOT NULL,
        cvv_hash bytea NOT NULL CHECK (octet_length(cvv_hash) = 32),
        pin_tries smallint NOT NULL DEFAULT 0 CHECK (pin_tries BETWEEN 0 AND 3),
        blocked boolean NOT NULL DEFAULT false, blocked_at timestamptz, CHECK (blocked = (blocked_at IS NOT NULL)));
      CREATE TABLE rates(base char(3) REFERENCES currencies, quote char(3) REFERENCES currencies, day date,
        rate numeric(20,10) NOT NULL CHECK (rate > 0), PRIMARY KEY(base, quote, day), CHECK (base <> quote));
      """#)

  /// Issues and merge requests: numbers within a project, alternatives of NULL, partial keys, texts that differ.
  static let codeForge = ScaffoldSchema(
    name: "Code forge",
    sql: #"""
      CREATE TABLE users(id bigserial PRIMARY KEY,
        username text NOT NULL UNIQUE CHECK (length(username) BETWEEN 3 AND 30), email text NOT NULL UNIQUE,
        admin boolean NOT NULL DEFAULT false,
        settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'), last_ip inet,
        created_at timestamptz NOT NULL DEFAULT now());
      CREATE TABLE namespaces(id bigserial PRIMARY KEY, parent_id bigint REFERENCES namespaces,
        owner_id bigint REFERENCES users, path varchar(60) NOT NULL CHECK (path ~ '^[a-z0-9][a-z0-9_-]*$'),
        kind text NOT NULL CHECK (kind IN ('user','group')), CHECK ((kind = 'user') = (owner_id IS NOT NULL)),
        UNIQUE NULLS NOT DISTINCT (parent_id, path));
      CREATE TABLE projects(id bigserial PRIMARY KEY, namespace_id bigint NOT NULL REFERENCES namespaces,
        name varchar(80) NOT NULL, slug varchar(80) NOT NULL,
        visibility smallint NOT NULL DEFAULT 0 CHECK (visibility IN (0,10,20)), topics text[] NOT NULL DEFAULT '{}',
        archived_at timestamptz, stars int NOT NULL DEFAULT 0 CHECK (stars >= 0), UNIQUE(namespace_id, slug));
      CREATE UNIQUE INDEX ON projects(lower(name), namespace_id) WHERE archived_at IS NULL;
      CREATE TABLE issues(id bigserial PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects, iid int NOT NULL,
        author_id bigint NOT NULL REFERENCES users, title varchar(255) NOT NULL CHECK (title <> ''),
        description text, state text NOT NULL DEFAULT 'opened', closed_at timestamptz,
        closed_by bigint REFERENCES users, duplicate_of bigint REFERENCES issues, weight int CHECK (weight >= 0),
        UNIQUE(project_id, iid), CHECK (state IN ('opened','closed')), CHECK (duplicate_of <> id),
        CHECK (closed_at IS NULL OR state = 'closed'));
      CREATE TABLE merge_requests(id bigserial PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects,
        iid int NOT NULL, source_branch text NOT NULL, target_branch text NOT NULL,
        merge_sha char(40) CHECK (merge_sha ~ '^[0-9a-f]{40}$'),
        state text NOT NULL CHECK (state IN ('opened','merged','closed')), UNIQUE(project_id, iid),
        CHECK (source_branch <> target_branch), CHECK (state <> 'merged' OR merge_sha IS NOT NULL));
      CREATE TABLE labels(id bigserial PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects,
        title text NOT NULL, color char(7) NOT NULL CHECK (color ~* '^#[a-f0-9]{6}$'), UNIQUE(project_id, title));
      CREATE TABLE label_links(id bigserial PRIMARY KEY, label_id bigint NOT NULL REFERENCES labels,
        issue_id bigint REFERENCES issues, merge_request_id bigint REFERENCES merge_requests,
        CHECK (num_nonnulls(issue_id, merge_request_id) = 1));
      CREATE UNIQUE INDEX ON label_links(label_id, issue_id); CREATE UNIQUE INDEX ON label_links(label_id,
        merge_request_id);
      CREATE TABLE notes(id bigserial PRIMARY KEY,
        noteable_type text NOT NULL CHECK (noteable_type IN ('Issue','MergeRequest')), noteable_id bigint NOT NULL,
        author_id bigint NOT NULL REFERENCES users, body text NOT NULL CHECK (char_length(body) <= 5000),
        reply_to bigint REFERENCES notes, created_at timestamptz NOT NULL,
        edited_at timestamptz CHECK (edited_at >= created_at));
      CREATE TABLE members(user_id bigint REFERENCES users, project_id bigint REFERENCES projects,
        access_level int NOT NULL CHECK (access_level IN (10,20,30,40,50)), invited_by bigint REFERENCES users,
        expires_on date, PRIMARY KEY(user_id, project_id), CHECK (invited_by <> user_id));
      CREATE TABLE releases(project_id bigint REFERENCES projects,
        tag varchar(40) CHECK (tag ~ '^v[0-9]+\.[0-9]+\.[0-9]+$'), released_at timestamptz NOT NULL, notes text,
        PRIMARY KEY(project_id, tag));
      """#)

  /// Stock levels and movements: CASE of kinds, comparisons of numbers, ranges of letters, JSON keys.
  static let inventory = ScaffoldSchema(
    name: "Inventory",
    sql: #"""
      CREATE TABLE products(sku varchar(20) PRIMARY KEY CHECK (sku ~ '^[A-Z]{2,4}-[0-9]{4,6}$'), name text NOT NULL,
        price numeric(10,2) NOT NULL CHECK (price > 0), cost numeric(10,2) CHECK (cost >= 0),
        sale_price numeric(10,2), weight_g int CHECK (weight_g > 0), ean char(13) UNIQUE CHECK (ean ~ '^[0-9]{13}$'),
        CHECK (sale_price < price), CHECK (cost <= price), discontinued boolean NOT NULL DEFAULT false,
        discontinued_on date, CHECK (NOT discontinued OR discontinued_on IS NOT NULL));
      CREATE TABLE warehouses(code text PRIMARY KEY CHECK (length(code) = 4),
        country char(2) NOT NULL CHECK (country ~ '^[A-Z][A-Z]$'), opens time NOT NULL, closes time NOT NULL,
        CHECK (opens < closes));
      CREATE TABLE locations(warehouse text REFERENCES warehouses,
        aisle char(1) CHECK (aisle >= 'A' AND aisle <= 'F'), shelf int CHECK (shelf BETWEEN 1 AND 20),
        PRIMARY KEY(warehouse, aisle, shelf), capacity int NOT NULL CHECK (capacity > 0),
        used int NOT NULL DEFAULT 0, CHECK (used BETWEEN 0 AND capacity));
      CREATE TABLE levels(warehouse text REFERENCES warehouses, sku varchar(20) REFERENCES products,
        on_hand int NOT NULL CHECK (on_hand >= 0), reserved int NOT NULL CHECK (reserved >= 0),
        PRIMARY KEY(warehouse, sku), CHECK (reserved <= on_hand));
      CREATE TABLE movements(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sku varchar(20) NOT NULL REFERENCES products, kind text NOT NULL CHECK (kind IN ('in','out','move')),
        from_wh text REFERENCES warehouses, to_wh text REFERENCES warehouses,
        quantity int NOT NULL CHECK (quantity <> 0 AND quantity BETWEEN -1000 AND 1000),
        CHECK ((kind = 'in' AND from_wh IS NULL AND to_wh IS NOT NULL) OR (kind = 'out' AND from_wh IS NOT NULL AND
        to_wh IS NULL) OR (kind = 'move' AND from_wh IS NOT NULL AND to_wh IS NOT NULL)), CHECK (from_wh <> to_wh));
      CREATE TABLE suppliers(id serial PRIMARY KEY, name text NOT NULL,
        rating numeric(2,1) CHECK (rating >= 1 AND rating <= 5),
        lead_time interval NOT NULL CHECK (lead_time BETWEEN '1 day' AND '90 days'),
        website text CHECK (website ~ '^https?://'), contact jsonb NOT NULL CHECK (contact ? 'email'), vat text);
      CREATE TABLE supplier_products(supplier_id int REFERENCES suppliers, sku varchar(20) REFERENCES products,
        supplier_sku text NOT NULL, min_qty int NOT NULL DEFAULT 1, max_qty int, price numeric(10,4) NOT NULL,
        preferred boolean NOT NULL DEFAULT false, valid_from date NOT NULL,
        valid_to date NOT NULL DEFAULT 'infinity', PRIMARY KEY(supplier_id, sku, valid_from), UNIQUE(supplier_id,
        supplier_sku), CHECK (max_qty IS NULL OR max_qty >= min_qty), CHECK (valid_to > valid_from));
      CREATE TABLE orders(id bigserial PRIMARY KEY, supplier_id int NOT NULL REFERENCES suppliers,
        number text NOT NULL UNIQUE DEFAULT ('PO-' || floor(random()*1e9)::text),
        ordered_at timestamptz NOT NULL DEFAULT now(), expected date, received_at timestamptz,
        status smallint NOT NULL CHECK (status >= 0 AND status < 5), CHECK ((status < 3) OR received_at IS NOT NULL),
        CHECK (received_at >= ordered_at));
      CREATE TABLE order_lines(order_id bigint REFERENCES orders ON DELETE CASCADE, line_no smallint,
        sku varchar(20) NOT NULL REFERENCES products, qty int NOT NULL CHECK (qty > 0),
        received int NOT NULL DEFAULT 0 CHECK (received <= qty),
        discount numeric(4,3) NOT NULL DEFAULT 0 CHECK (discount >= 0 AND discount < 1), PRIMARY KEY(order_id,
        line_no), UNIQUE(order_id, sku));
      """#)

  /// Tenants with UUIDs as a part of all keys, and references that must differ within a tenant.
  static let projects = ScaffoldSchema(
    name: "Projects of tenants",
    sql: #"""
      CREATE TABLE tenants(id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE);
      CREATE TABLE users(tenant_id uuid NOT NULL REFERENCES tenants, user_no int NOT NULL, email text NOT NULL,
        PRIMARY KEY(tenant_id,user_no), UNIQUE(tenant_id,email));
      CREATE TABLE projects(tenant_id uuid NOT NULL REFERENCES tenants, project_no int NOT NULL,
        owner_no int NOT NULL, name text NOT NULL, PRIMARY KEY(tenant_id,project_no), FOREIGN KEY(tenant_id,
        owner_no) REFERENCES users(tenant_id, user_no));
      CREATE TABLE tasks(tenant_id uuid NOT NULL REFERENCES tenants, project_no int NOT NULL, task_no int NOT NULL,
        author_no int NOT NULL, reviewer_no int, title text NOT NULL, PRIMARY KEY(tenant_id,project_no,task_no),
        FOREIGN KEY(tenant_id, project_no) REFERENCES projects, FOREIGN KEY(tenant_id,
        author_no) REFERENCES users(tenant_id, user_no), FOREIGN KEY(tenant_id,
        reviewer_no) REFERENCES users(tenant_id, user_no), CHECK (author_no <> reviewer_no));
      CREATE TABLE memberships(tenant_id uuid NOT NULL, user_no int NOT NULL, project_no int NOT NULL,
        role text NOT NULL CHECK(role IN ('owner','member')), PRIMARY KEY(tenant_id,user_no,project_no),
        FOREIGN KEY(tenant_id,user_no) REFERENCES users, FOREIGN KEY(tenant_id,project_no) REFERENCES projects);
      CREATE TABLE invoices(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tenant_id uuid NOT NULL REFERENCES tenants, number text NOT NULL,
        status text NOT NULL CHECK(status IN ('draft','open','paid','void')), paid_at timestamptz, due date,
        CHECK ((status='paid') = (paid_at IS NOT NULL)), UNIQUE(tenant_id, number));
      CREATE TABLE audit(id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid NOT NULL, actor_no int,
        action text NOT NULL, FOREIGN KEY(tenant_id, actor_no) REFERENCES users(tenant_id, user_no));
      """#)

  /// Constraints of forms that are not known: functions, arithmetic, parts of texts. Allowed values are looked for.
  static let rules = ScaffoldSchema(
    name: "Unusual rules",
    sql: #"""
      CREATE FUNCTION even(x int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT x % 2 = 0';
      CREATE TABLE a(id int PRIMARY KEY CHECK (even(id)),
        hex text NOT NULL CHECK (hex ~ '^[0-9a-f]+$' AND length(hex) % 2 = 0),
        weekday date NOT NULL CHECK (EXTRACT(isodow FROM weekday) < 6),
        cfg jsonb NOT NULL CHECK (cfg ?& array['a','b'] AND jsonb_typeof(cfg->'a') = 'array'),
        pct numeric(5,2) NOT NULL CHECK (pct * 100 = trunc(pct * 100) AND pct > 0 AND pct <> 50),
        code text NOT NULL UNIQUE CHECK (left(code, 2) = 'K-' AND char_length(code) = 6),
        trimmed text NOT NULL CHECK (trimmed = btrim(trimmed) AND trimmed <> ''),
        x int NOT NULL CHECK (x IN (1,2) OR x > 100), host text NOT NULL CHECK (position('.' in host) > 1));
      CREATE TABLE prices(id serial PRIMARY KEY, min_price numeric(10,2) NOT NULL, list_price numeric(10,2) NOT NULL,
        max_price numeric(10,2) NOT NULL, CHECK (min_price <= list_price AND list_price <= max_price), lo int,
        mid int, hi int, CHECK (lo < mid), CHECK (mid < hi));
      CREATE TABLE periods(id serial PRIMARY KEY, a date NOT NULL, b date NOT NULL, c date NOT NULL,
        CHECK (a < b AND b < c), t1 time NOT NULL, t2 time NOT NULL CHECK (t1 < t2), s1 timestamptz, s2 timestamptz,
        s3 timestamptz, CHECK (s1 <= s2), CHECK (s2 <= s3));
      CREATE TABLE shape(id uuid PRIMARY KEY, kind text NOT NULL, radius numeric, width numeric, height numeric,
        CHECK (CASE kind WHEN 'circle' THEN radius IS NOT NULL WHEN 'rect' THEN width IS NOT NULL AND height IS NOT
        NULL ELSE false END));
      CREATE TABLE task(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        state text NOT NULL DEFAULT 'todo' CHECK (state IN ('todo','doing','done')), started_at timestamptz,
        finished_at timestamptz, cancelled boolean NOT NULL DEFAULT false, reason text,
        CHECK (CASE WHEN state = 'done' THEN finished_at IS NOT NULL ELSE finished_at IS NULL END),
        CHECK (finished_at >= started_at), CHECK (cancelled = (reason IS NOT NULL)));
      CREATE TABLE node (tree int NOT NULL, id int NOT NULL, parent int, PRIMARY KEY (tree, id),
        FOREIGN KEY (tree, parent) REFERENCES node (tree, id));
      CREATE TABLE addr(id serial PRIMARY KEY, person_id int NOT NULL, is_primary boolean NOT NULL DEFAULT false,
        line1 text NOT NULL, zip varchar(10) NOT NULL CHECK (zip ~ '^\d{5}(-\d{4})?$'),
        cc char(2) NOT NULL CHECK (cc = upper(cc)));
      CREATE UNIQUE INDEX ON addr(person_id) WHERE is_primary;
      CREATE TABLE pairs(a_id int NOT NULL REFERENCES prices, b_id int NOT NULL REFERENCES prices,
        CHECK (a_id < b_id), UNIQUE(a_id, b_id), PRIMARY KEY(a_id, b_id));
      CREATE TABLE emp(id int PRIMARY KEY, boss int REFERENCES emp, mentor int REFERENCES emp, CHECK (boss <> id),
        CHECK (boss <> mentor), salary numeric(9,2) NOT NULL CHECK (salary BETWEEN 1000 AND 99999.99),
        grade smallint NOT NULL CHECK (grade > 0 AND grade < 10), bonus numeric(9,2) CHECK (bonus < salary),
        hired date NOT NULL CHECK (hired > '1990-01-01'), UNIQUE(boss, mentor));
      CREATE TABLE one(a_id int PRIMARY KEY REFERENCES a ON DELETE CASCADE, note varchar(5) NOT NULL,
        big numeric(30,0) NOT NULL, small numeric(3,3) NOT NULL, bits bit(5) NOT NULL, vb varbit(9) NOT NULL,
        arr int[] NOT NULL CHECK (cardinality(arr) = 3), arr2 text[][] , tsr tstzrange NOT NULL, net cidr NOT NULL,
        x xml, m money NOT NULL);
      """#, omitted: ["public.emp"])
}
