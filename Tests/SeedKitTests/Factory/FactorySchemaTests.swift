import Postgres
import SeedTesting
import Testing

@Suite("Factories for whole schemas")
struct FactorySchemaTests {
  @Test("fill every table of a schema", arguments: ScaffoldSchema.all)
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
}
