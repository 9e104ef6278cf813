import Postgres
import SeedTesting
import Testing

@Suite("Factories for whole schemas")
struct FactorySchemaTests {
  /// All, without that whose values only the server knows.
  private static let filled = ScaffoldSchema.all.filter { $0.name != ScaffoldSchema.rules.name }

  @Test("fill every table of a schema", arguments: filled)
  func schemas(schema: ScaffoldSchema) async throws {
    // The test servers are built without XML.
    try await FactoryPlace.with(schema.sql.replacing(" xml", with: " text")) { connection in
      let names = try await connection.query(
        """
        SELECT relname::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1
        """
      ).map { try $0.decode(String.self) }
      for optionals in [Factory.Optionals.omitted, .guessed] {
        let factory = Factory(connection, seed: optionals == .omitted ? 1 : 2, optionals: optionals)
        for name in names where !schema.omitted.contains("public.\(name)") {
          do {
            for count in [3, 2] {
              let rows = try await factory.make(name, count: count)
              #expect(rows.count == count)
            }
          } catch {
            Issue.record("\(name), \(optionals): \(error)")
          }
        }
      }
    }
  }

  @Test("agree with the alternative of a CHECK constraint that an override or a default decides")
  func alternatives() async throws {
    let sql = """
      CREATE TABLE bill (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status text NOT NULL DEFAULT 'new', paid_at timestamptz,
        email text, phone text, CHECK ((status = 'new') = (paid_at IS NULL)), CHECK (num_nonnulls(email, phone) = 1));
      """
    try await FactoryPlace.with(sql) { connection in
      let factory = Factory(connection)
      let open = try await factory.make("bill")
      #expect(try open["status"] == "new")
      #expect(try open["paid_at"] == nil)
      let paid = try await factory.make("bill", ["status": "paid", "phone": "555-0100"])
      #expect(try paid["paid_at"] != nil)
      #expect(try paid["email"] == nil)
    }
  }

  @Test("do not depend on settings of the session, and do not change them")
  func settings() async throws {
    let sql = """
      CREATE TABLE log (at timestamptz NOT NULL, note text) PARTITION BY RANGE (at);
      CREATE TABLE log_march PARTITION OF log FOR VALUES FROM ('2025-03-02') TO ('2025-04-01');
      """
    try await FactoryPlace.with(sql) { connection in
      try await connection.runScript("SET TimeZone = 'Asia/Kolkata'; SET DateStyle = 'German'")
      try await connection.withTransaction { connection in
        let row = try await Factory(connection).make("log")
        #expect(try row.decode("at", as: String.self).hasPrefix("2025-03-"))
        let style = try await connection.queryOne("SELECT current_setting('DateStyle')").decode(String.self)
        #expect(style == "German, DMY")
      }
    }
  }
}
