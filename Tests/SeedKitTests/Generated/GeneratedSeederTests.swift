import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Generated rows")
struct GeneratedSeederTests {
  private static let sql = """
    CREATE TABLE country (code char(2) PRIMARY KEY, name text NOT NULL);
    INSERT INTO country VALUES ('DE', 'Germany'), ('FR', 'France'), ('NO', 'Norway');
    CREATE TABLE customer (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name varchar(20) NOT NULL,
      tier text NOT NULL CHECK (tier IN ('free', 'pro')), country_code char(2) NOT NULL REFERENCES country,
      referrer_id int REFERENCES customer, balance numeric(8, 2) NOT NULL DEFAULT 0, created_at timestamptz NOT NULL,
      label text GENERATED ALWAYS AS (email || ' ' || tier) STORED);
    CREATE TABLE purchase (
      id bigserial PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, number int NOT NULL,
      placed_on date NOT NULL, UNIQUE (customer_id, number));
    CREATE TABLE product (sku text PRIMARY KEY, price numeric(6, 2) NOT NULL CHECK (price > 0));
    CREATE TABLE line (
      purchase_id bigint REFERENCES purchase, sku text REFERENCES product, quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 9),
      PRIMARY KEY (purchase_id, sku));
    CREATE TABLE profile (customer_id int PRIMARY KEY REFERENCES customer, bio text);
    """

  private static let tables = #"""
    {table: "line", generate: {rows: {per: "purchase", count: [0, 4]}, columns: {quantity: {integer: [1, 9]}}}},
    {table: "customer", generate: {rows: 3000, columns: {
      email: "email", name: "person.name", tier: {pick: {free: 8, pro: 2}},
      country_code: {reference: "country", distribution: "zipf"},
      referrer_id: {reference: "customer", null: 0.5},
      created_at: {timestamptz: {between: ["2024-01-01", "2026-01-01"]}}}}},
    {table: "purchase", generate: {rows: {per: "customer", count: [0, 5]}, columns: {
      number: "position", placed_on: {date: {between: ["2026-01-01", "2026-03-01"]}}}}},
    {table: "product", generate: {rows: 50, columns: {sku: {pattern: "AB-####"}, price: {decimal: {between: [1, 99]}}}}},
    {table: "profile", generate: {rows: 1000, columns: {bio: {template: "Customer {customer_id}"}}}}
    """#

  @Test("fill tables that refer to each other, and a second run finds nothing to do")
  func shop() async throws {
    try await GeneratedFolder.with(Self.sql, tables: Self.tables) { folder in
      let first = try await folder.counts()
      #expect(first.inserted > 10_000 && first.unchanged == 0, "\(first)")
      #expect(try await folder.number("SELECT count(*) FROM customer WHERE referrer_id >= id") == 0)
      #expect(try await folder.number("SELECT count(*) FROM customer WHERE referrer_id IS NOT NULL") > 1_000)
      #expect(try await folder.number("SELECT count(DISTINCT country_code) FROM customer") == 3)
      #expect(
        try await folder.number("SELECT count(*) FROM profile WHERE bio = 'Customer ' || customer_id")
          == 1_000)
      #expect(
        try await folder.number("SELECT count(*) - count(DISTINCT (customer_id, number)) FROM purchase") == 0)
      #expect(try await folder.number("SELECT max(number) FROM purchase") == 5)
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: first.inserted))
      // The application's next row gets a number of its own.
      #expect(
        try await folder.number(
          "INSERT INTO purchase (customer_id, number, placed_on) VALUES (1, 99, '2026-01-01') RETURNING id::int"
        )
          == (try await folder.number("SELECT max(id)::int FROM purchase WHERE number < 99")) + 1)
    }
  }
}

extension GeneratedSeederTests {
  private static let small =
    "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE, n int)"
  private static func table(_ rows: String, _ n: String = #"{"integer": [1, 9]}"#) -> String {
    #"{table: "t", generate: {rows: \#(rows), columns: {email: "email", n: \#(n)}}}"#
  }

  private static let checksum = "SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM t"

  @Test("are added when the number grows, and the others stay")
  func growth() async throws {
    try await GeneratedFolder.with(Self.small, tables: Self.table("3700")) { folder in
      _ = try await folder.counts()
      let before = try await folder.text(Self.checksum)
      try folder.define(Self.table("6200"))
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 2_500, unchanged: 3_700))
      #expect(
        try await folder.text("SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM t WHERE id <= 3700")
          == before)
      let grown = try await folder.text(Self.checksum)
      _ = try await folder.reset()
      #expect(try await folder.number("SELECT count(*) FROM t") == 0)
      let fresh = try await folder.counts()
      #expect(fresh == RowCounts(inserted: 6_200))
      // The numbers go on, because the application may have used them.
      #expect(try await folder.number("SELECT min(id) FROM t") == 1)
      #expect(try await folder.text(Self.checksum) == grown)
    }
  }

  @Test("have numbers for each environment, and a scale")
  func environments() async throws {
    try await GeneratedFolder.with(Self.small, tables: Self.table("{default: 100, ci: 10}")) { folder in
      let ci = try await folder.counts(RowCountOptions(environment: .ci))
      #expect(ci == RowCounts(inserted: 10))
      let scaled = try await folder.counts(RowCountOptions(environment: .dev, scale: 1.5))
      #expect(scaled == RowCounts(inserted: 140, unchanged: 10))
      let named = try await folder.counts(RowCountOptions(environment: .dev, rows: ["t": 160]))
      #expect(named == RowCounts(inserted: 10, unchanged: 150))
    }
  }

  @Test("are not mixed with those of another definition")
  func otherDefinition() async throws {
    try await GeneratedFolder.with(Self.small, tables: Self.table("10")) { folder in
      _ = try await folder.counts()
      try folder.define(Self.table("20", #"{"integer": [1, 8]}"#))
      let failure = try await folder.run().failure
      #expect(failure?.code == .otherBulkLoad, "\(String(describing: failure))")
      #expect(try await folder.number("SELECT count(*) FROM t") == 10)
    }
  }

  @Test("start after existing numbers, also when they grow")
  func existingRows() async throws {
    try await GeneratedFolder.with(
      Self.small + "; INSERT INTO t (email) VALUES ('mine')", tables: Self.table("5")
    ) { folder in
      _ = try await folder.counts()
      #expect(try await folder.text("SELECT string_agg(id::text, ',' ORDER BY id) FROM t") == "1,2,3,4,5,6")
      try await folder.database.withConnection {
        try await $0.runScript("INSERT INTO t (email) VALUES ('mine too')")
      }
      #expect(try await folder.number("SELECT id FROM t WHERE email = 'mine too'") == 7)
      let reset = try await folder.reset()
      #expect(reset.tables.total == RowCounts(deleted: 5))
      #expect(try await folder.text("SELECT string_agg(email, ',' ORDER BY id) FROM t") == "mine,mine too")
    }
  }

  @Test("are picked from a file or a query")
  func lists() async throws {
    try await GeneratedFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, name text, city text)",
      tables: #"""
        {table: "t", generate: {rows: 200, columns: {id: "sequence", name: {pickFrom: {file: "names.txt"}, null: 0.5},
         city: {pickFrom: {query: "SELECT 'city ' || n FROM generate_series(1, 3) AS n"}}}}}
        """#, files: ["names.txt": "Ada\nBea\n"]
    ) { folder in
      _ = try await folder.counts()
      #expect(
        try await folder.text(
          """
          SELECT string_agg(pair, ',' ORDER BY pair)
          FROM (SELECT DISTINCT coalesce(name, '-') || city COLLATE "C" AS pair FROM t) AS pairs
          """)
          == "-city 1,-city 2,-city 3,Adacity 1,Adacity 2,Adacity 3,Beacity 1,Beacity 2,Beacity 3")
    }
  }

  @Test("are reset with the numbers of rows and the definition of the load")
  func resetOfEarlierLoad() async throws {
    let sql =
      Self.small + """
        ; CREATE TABLE tag (name text PRIMARY KEY);
        CREATE TABLE tagged (id int REFERENCES t, name text REFERENCES tag, PRIMARY KEY (id, name));
        """
    func tables(_ rows: Int, _ pattern: String) -> String {
      Self.table("20")
        + #", {table: "tag", generate: {rows: \#(rows), columns: {name: {pattern: "\#(pattern)"}}}},"#
        + #"{table: "tagged", generate: {rows: {per: "t", count: [1, 3]}}}"#
    }
    try await GeneratedFolder.with(sql, tables: tables(30, "tag-##")) { folder in
      _ = try await folder.counts()
      try folder.define(tables(60, "tag-##"))
      // More tags would change the pairs.
      let failure = try await folder.run().failure
      #expect(failure?.code == .otherBulkLoad, "\(String(describing: failure))")
      try folder.define(tables(60, "tag-###"))
      await #expect(throws: (any Error).self) { try await folder.reset() }
      try folder.define(tables(60, "tag-##"))
      _ = try await folder.reset()
      for table in ["t", "tag", "tagged"] {
        #expect(try await folder.number("SELECT count(*) FROM \(table)") == 0, "\(table)")
      }
    }
  }

  @Test("are reset after a load that was cut off")
  func resetOfPartialLoad() async throws {
    try await GeneratedFolder.with(Self.small, tables: Self.table("9000")) { folder in
      _ = try await folder.counts()
      try await folder.database.withConnection { connection in
        try await connection.runScript(
          """
          DELETE FROM t WHERE id BETWEEN 2501 AND 5000;
          UPDATE seed_runner.bulk_chunk SET loaded_at = NULL WHERE first_row = 2500;
          UPDATE seed_runner.bulk_load SET phase = 'loading';
          INSERT INTO t (id, email) OVERRIDING SYSTEM VALUE VALUES (3000, 'mine');
          """)
      }
      _ = try await folder.reset()
      #expect(try await folder.text("SELECT string_agg(email, ',') FROM t") == "mine")
    }
  }

  @Test("do not grow over rows of the application, and are found missing after a deletion")
  func rowsOfOthers() async throws {
    try await GeneratedFolder.with(Self.small, tables: Self.table("10")) { folder in
      _ = try await folder.counts()
      try await folder.database.withConnection {
        try await $0.runScript("INSERT INTO t (email) VALUES ('app')")
      }
      try folder.define(Self.table("20"))
      let faults = try await folder.faults()
      #expect(faults.count == 1 && faults[0].contains("a row with the number 11"), "\(faults)")
      #expect(try await folder.number("SELECT count(*) FROM t") == 11)
      _ = try await folder.reset()
      #expect(try await folder.text("SELECT string_agg(email, ',') FROM t") == "app")
      _ = try await folder.counts()
      #expect(try await folder.number("SELECT count(*) FROM t WHERE id > 11") == 20)
      try await folder.database.withConnection { try await $0.runScript("TRUNCATE t") }
      let missing = try await folder.run().failure
      #expect(missing?.message.hasPrefix("20 of 20 generated rows of t were deleted") == true)
    }
  }

  @Test("need a key, one entry for each table, and numbers that the type has")
  func refused() async throws {
    let sql = """
      CREATE TABLE loose (name text); CREATE TABLE tiny (id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE t (id int PRIMARY KEY);
      """
    try await GeneratedFolder.with(
      sql, tables: #"{table: "loose", generate: {rows: 3, columns: {name: "word"}}}"#
    ) { folder in
      let loose = try await folder.faults()
      #expect(loose.count == 1 && loose[0].contains("no unique key"), "\(loose)")
      try folder.define(#"{table: "tiny", generate: {rows: 40000}}"#)
      let tiny = try await folder.faults()
      #expect(tiny.count == 1 && tiny[0].contains("numbers up to 32767"), "\(tiny)")
      let entry = #"{table: "t", generate: {rows: 3, columns: {id: "sequence"}}}"#
      try folder.define("\(entry), \(entry)")
      let twice = try await folder.faults()
      #expect(twice.count == 1 && twice[0].contains("a second entry for the table t"), "\(twice)")
      for table in ["loose", "tiny", "t"] {
        #expect(try await folder.number("SELECT count(*) FROM \(table)") == 0, "\(table)")
      }
    }
  }
}
