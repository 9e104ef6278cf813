/// Rows that reference others by natural keys.
enum ReferenceCases {
  static let all = [tree, circle, deferred, numbered, existing, links, children, scalars, ownKey]

  static let tree = AwkwardCase(
    "a tree with children before their parents",
    sql: """
      CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, parent_id int REFERENCES t)
      """,
    tables:
      #"{table: "t", files: "t.csv", key: "name", columns: {parent_id: {field: "parent", references: {table: "t", key: "name"}}}}"#,
    files: ["t.csv": "name,parent\nleaf,branch\nbranch,root\nroot,\nself,self\n"],
    query: "SELECT ARRAY[t.name, p.name] FROM t LEFT JOIN t AS p ON p.id = t.parent_id ORDER BY t.name",
    rows: ["branch│root", "leaf│branch", "root│∅", "self│self"],
    edit: .init(file: "t.csv", old: "leaf,branch", new: "leaf,root"), edited: "leaf│root")

  static let circle = AwkwardCase(
    "two tables that reference each other with nullable columns",
    sql: """
      CREATE TABLE teams (id serial PRIMARY KEY, name text UNIQUE, lead_id int);
      CREATE TABLE people (id serial PRIMARY KEY, name text UNIQUE, team_id int NOT NULL REFERENCES teams);
      ALTER TABLE teams ADD FOREIGN KEY (lead_id) REFERENCES people;
      """,
    tables: #"""
      {table: "people", files: "people.csv", key: "name", columns: {team_id: {field: "team", references: {table: "teams", key: "name"}}}},
      {table: "teams", files: "teams.csv", key: "name", columns: {lead_id: {field: "lead", references: {table: "people", key: "name"}}}}
      """#,
    files: [
      "people.csv": "name,team\nada,red\nbob,red\n", "teams.csv": "name,lead\nred,ada\nblue,bob\ngrey,\n",
    ],
    query: """
      SELECT ARRAY[t.name, p.name, o.name] FROM teams AS t LEFT JOIN people AS p ON p.id = t.lead_id
      LEFT JOIN teams AS o ON o.id = p.team_id ORDER BY t.name
      """,
    rows: ["blue│bob│red", "grey│∅│∅", "red│ada│red"],
    edit: .init(file: "teams.csv", old: "blue,bob", new: "blue,ada"), edited: "blue│ada│red")

  static let deferred = AwkwardCase(
    "two tables that reference each other with NOT NULL columns and deferrable constraints",
    sql: """
      CREATE TABLE a (code text PRIMARY KEY, b text NOT NULL);
      CREATE TABLE b (code text PRIMARY KEY, a text NOT NULL REFERENCES a DEFERRABLE);
      ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b DEFERRABLE;
      """,
    tables: #"""
      {table: "a", files: "a.json", key: "code", columns: {b: {references: {table: "b", key: "code"}}}},
      {table: "b", files: "b.json", key: "code", columns: {a: {references: {table: "a", key: "code"}}}}
      """#,
    files: [
      "a.json": #"[{"code": "a1", "b": "b1"}, {"code": "a2", "b": "b1"}]"#,
      "b.json": #"[{"code": "b1", "a": "a2"}]"#,
    ],
    query: "SELECT ARRAY[a.code, b.code, b.a] FROM a JOIN b ON b.code = a.b ORDER BY 1",
    rows: ["a1│b1│a2", "a2│b1│a2"], edit: .init(file: "b.json", old: "a2", new: "a1"), edited: "a1│b1│a1")

  static let numbered = AwkwardCase(
    "two tables that reference each other with generated ids, NOT NULL and deferrable",
    sql: """
      CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE, b_id uuid NOT NULL UNIQUE);
      CREATE TABLE b (id uuid DEFAULT gen_random_uuid() PRIMARY KEY, code text UNIQUE,
        a_id int NOT NULL REFERENCES a DEFERRABLE, next uuid NOT NULL REFERENCES b);
      ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b DEFERRABLE;
      """,
    tables: #"""
      {table: "a", files: "a.json", key: "code", columns: {b_id: {field: "b", references: {table: "b", key: "code"}}}},
      {table: "b", files: "b.json", key: "code", columns: {a_id: {field: "a", references: {table: "a", key: "code"}},
        next: {references: {table: "b", key: "code"}}}}
      """#,
    files: [
      "a.json": #"[{"code": "a1", "b": "b1"}, {"code": "a2", "b": "b2"}]"#,
      "b.json": #"[{"code": "b1", "a": "a2", "next": "b2"}, {"code": "b2", "a": "a2", "next": "b2"}]"#,
    ],
    query: """
      SELECT ARRAY[b.code, a.code, n.code, o.code] FROM b JOIN a ON a.id = b.a_id JOIN b AS n ON n.id = b.next
      JOIN b AS o ON o.id = a.b_id ORDER BY 1
      """,
    rows: ["b1│a2│b2│b2", "b2│a2│b2│b2"],
    edit: .init(file: "b.json", old: #""b1", "a": "a2""#, new: #""b1", "a": "a1""#), edited: "b1│a1│b2│b1")

  static let existing = AwkwardCase(
    "existing rows, by a key with two columns and a column other than the primary key",
    sql: """
      CREATE TABLE places (id serial PRIMARY KEY, country text, town text, short text UNIQUE, UNIQUE (town, country));
      INSERT INTO places (id, country, town, short) VALUES (5, 'DE', 'Halle', 'HAL'), (6, 'BE', 'Halle', 'HLE');
      CREATE TABLE shops (name text PRIMARY KEY, place_id int NOT NULL REFERENCES places, short text);
      """,
    tables: #"""
      {table: "shops", files: "shops.csv", key: "name", columns: {
        place_id: {field: ["Country", "Town"], references: {table: "public.places", key: ["country", "town"]}},
        short: {field: ["Country", "Town"], references: {table: "places", key: ["country", "town"], column: "short"}}}}
      """#,
    files: ["shops.csv": "name,Town,Country\nx,Halle,DE\ny,Halle,BE\n"],
    query: "SELECT ARRAY[name, place_id::text, short] FROM shops ORDER BY 1",
    rows: ["x│5│HAL", "y│6│HLE"], edit: .init(file: "shops.csv", old: "x,Halle,DE", new: "x,Halle,BE"),
    edited: "x│6│HLE")

  static let links = AwkwardCase(
    "many-to-many links from an array of strings",
    sql: """
      CREATE TABLE tags (id serial PRIMARY KEY, name text UNIQUE);
      CREATE TABLE posts (id serial PRIMARY KEY, slug text UNIQUE, title text);
      CREATE TABLE post_tags (post_id int REFERENCES posts, tag_id int REFERENCES tags, PRIMARY KEY (post_id, tag_id));
      """,
    tables: #"""
      {table: "posts", files: "posts.json", key: "slug", children: [
        {table: "post_tags", field: "tags", parent: "post_id", key: ["post_id", "tag_id"],
         columns: {tag_id: {field: "$value", references: {table: "tags", key: "name"}}}}]},
      {table: "tags", files: "tags.csv", key: "name"}
      """#,
    files: [
      "posts.json":
        #"[{"slug": "a", "title": "A", "tags": ["x", "y"]}, {"slug": "b", "title": "B", "tags": ["y"]}, {"slug": "c", "tags": []}, {"slug": "d"}]"#,
      "tags.csv": "name\nx\ny\nz\n",
    ],
    query: """
      SELECT ARRAY[slug, title, (SELECT string_agg(tags.name, ',' ORDER BY tags.name) FROM post_tags JOIN tags
        ON tags.id = tag_id WHERE post_id = posts.id)] FROM posts ORDER BY slug
      """,
    rows: ["a│A│x,y", "b│B│y", "c│∅│∅", "d│∅│∅"],
    edit: .init(file: "posts.json", old: #""A""#, new: #""AA""#), edited: "a│AA│x,y")

  static let children = AwkwardCase(
    "child rows from arrays of objects, with references and a parent key with two columns",
    sql: """
      CREATE TABLE products (sku text PRIMARY KEY, price numeric);
      CREATE TABLE orders (id serial PRIMARY KEY, shop text, number int, UNIQUE (shop, number));
      CREATE TABLE lines (id serial PRIMARY KEY, order_id int NOT NULL REFERENCES orders, position int, sku text NOT NULL
        REFERENCES products, amount numeric(6,3) DEFAULT 1, UNIQUE (order_id, position));
      """,
    tables: #"""
      {table: "products", files: "products.csv", key: "sku"},
      {table: "orders", files: "orders.jsonl", key: ["shop", "number"], children: [
        {table: "lines", field: "lines", parent: "order_id", key: ["order_id", "position"], policy: "sync",
         columns: {position: "$position", sku: {field: "product", references: {table: "products", key: "sku"}}}}]}
      """#,
    files: [
      "products.csv": "sku,price\n01,1.10\n02,\n",
      "orders.jsonl": """
      {"shop": "n", "number": 1, "lines": [{"product": "01", "amount": 0.125}, {"product": "02"}]}
      {"shop": "s", "number": 1, "lines": [{"product": "01", "amount": null}]}
      """,
    ],
    query: """
      SELECT ARRAY[shop, number::text, position::text, sku, amount::text]
      FROM orders JOIN lines ON order_id = orders.id ORDER BY shop, position
      """,
    rows: ["n│1│1│01│0.125", "n│1│2│02│1.000", "s│1│1│01│∅"],
    edit: .init(file: "orders.jsonl", old: "0.125", new: "0.12"), edited: "n│1│1│01│0.120")

  static let scalars = AwkwardCase(
    "child rows from an array of scalars, with positions",
    sql: """
      CREATE TABLE polls (id serial PRIMARY KEY, question text UNIQUE);
      CREATE TABLE answers (poll_id int REFERENCES polls, place int, body text NOT NULL, PRIMARY KEY (poll_id, place));
      """,
    tables: #"""
      {table: "polls", files: "polls.json", key: "question", children: [
        {table: "answers", field: "answers", parent: "poll_id", key: ["poll_id", "place"],
         columns: {place: "$position", body: "$value"}}]}
      """#,
    files: ["polls.json": #"[{"question": "Why?", "answers": ["", 1.10, true, "🦉"]}]"#],
    query: "SELECT ARRAY[place::text, body] FROM answers ORDER BY place",
    rows: ["1│", "2│1.10", "3│true", "4│🦉"],
    edit: .init(file: "polls.json", old: "1.10", new: "1.1"), edited: "2│1.1")

  static let ownKey = AwkwardCase(
    "a key that is itself a reference",
    sql: """
      CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE);
      CREATE TABLE profiles (user_id int PRIMARY KEY REFERENCES users, bio text);
      """,
    tables: #"""
      {table: "profiles", files: "profiles.csv", key: "user_id", columns: {user_id: {field: "user", references: {table: "users", key: "email"}}}},
      {table: "users", files: "users.csv", key: "email"}
      """#,
    files: ["profiles.csv": "user,bio\na@x,A\nb@x,\n", "users.csv": "email\nb@x\na@x\n"],
    query: "SELECT ARRAY[email, bio] FROM profiles JOIN users ON id = user_id ORDER BY 1",
    rows: ["a@x│A", "b@x│∅"], edit: .init(file: "profiles.csv", old: "b@x,", new: "b@x,B"), edited: "b@x│B")
}
