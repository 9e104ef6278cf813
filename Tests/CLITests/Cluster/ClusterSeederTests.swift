import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite(
  "Declarative seeders on a cluster", .serialized,
  .enabled(if: CitusDatabase.given != nil, CitusDatabase.reason))
struct ClusterSeederTests {
  private static let schema = """
    CREATE SCHEMA sales;
    CREATE TABLE country (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL,
      updated_at timestamptz);
    CREATE TABLE sales.customer (
      region text, email text, name text NOT NULL, country_id int REFERENCES country (id), born timestamptz,
      slug text, updated_at timestamptz, PRIMARY KEY (region, email));
    CREATE TABLE sales.purchase (
      region text, number int, email text, amount numeric(10, 2), PRIMARY KEY (region, number),
      FOREIGN KEY (region, email) REFERENCES sales.customer (region, email));
    CREATE TABLE big (id int PRIMARY KEY, name text);
    CREATE TABLE event (id bigint PRIMARY KEY, name text, country_id int REFERENCES country (id));
    """
  private static let definition = """
    {"id": "shop", "summary": "for tests", "tables": [
      {"table": "country", "files": "country.csv", "key": "code", "policy": "sync", "touch": "updated_at"},
      {"table": "sales.customer", "files": "customer.csv", "key": ["region", "email"], "policy": "sync",
        "touch": "updated_at", "columns": {
          "country_id": {"field": "country", "references": {"table": "country", "key": "code"}},
          "slug": {"sql": "lower($1) || '-x'", "with": ["name"]}}},
      {"table": "sales.purchase", "files": "purchase.csv", "key": ["region", "number"], "policy": "sync"}]}
    """
  private static let declaration = """
    {"shards": 6, "reference": ["country"], "distributed": [
      {"table": "sales.customer", "by": "region"},
      {"table": "sales.purchase", "by": "region", "with": "sales.customer"},
      {"table": "big", "by": "id"}, {"table": "event", "by": "id"}]}
    """

  /// A cluster with distributed tables and a project folder.
  private struct Place {
    let cluster: CitusDatabase
    let folder: TemporaryFolder

    @discardableResult
    func run(_ arguments: String..., code: Int32 = 0) async throws -> SeedRunnerBinary.Result {
      let process = try SeedRunnerBinary.start(
        arguments + [
          "--no-built-in", "--project-path", folder.path, "--seeders-path", "\(folder.path)/Seeders",
        ],
        url: cluster.url)
      let end = try await process.wait()
      #expect(end.exitCode == code, "\(arguments): \(end.output)\(end.errors)")
      return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
    }

    func write(_ text: String, to path: String) throws {
      let parts = path.split(separator: "/").dropLast().joined(separator: "/")
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(parts)", withIntermediateDirectories: true)
      try folder.write(text, to: path)
    }

    /// Writes the files of the shop.
    func writeShop(
      customers: Range<Int>, purchases: Range<Int>, name: String = "Name", nation: String = "Norway"
    )
      throws
    {
      func region(_ number: Int) -> String { "r\(number % 5)" }
      try write(definition, to: "Seeders/shop/seeder.json")
      try write("code,name\nNO,\(nation)\nSE,Sweden\n", to: "Seeders/shop/country.csv")
      let people = customers.map {
        "\(region($0)),c\($0)@example.org,\($0 == 7 ? name : "Person") \($0),NO,2024-01-01 10:00:00+00"
      }
      try write(
        "region,email,name,country,born\n" + people.joined(separator: "\n") + "\n",
        to: "Seeders/shop/customer.csv")
      let orders = purchases.map { "\(region($0 % 50)),\($0),c\($0 % 50)@example.org,\($0).50" }
      try write(
        "region,number,email,amount\n" + orders.joined(separator: "\n") + "\n",
        to: "Seeders/shop/purchase.csv")
    }
  }

  private func with(_ body: (Place) async throws -> Void) async throws {
    try await CitusDatabase.with { cluster in
      try await cluster.script(Self.schema)
      try await TemporaryFolder.with { folder in
        let place = Place(cluster: cluster, folder: folder)
        try place.write(Self.declaration, to: "scale-out.json")
        try await place.run("scale-out", "apply")
        try await body(place)
      }
    }
  }

  @Test("rows are inserted, updated, and deleted when they leave the files, children first")
  func rows() async throws {
    try await with { place in
      try place.writeShop(customers: 0..<60, purchases: 0..<90)
      try await place.run("--all")
      #expect(try await place.cluster.count("SELECT count(*) FROM sales.purchase") == 90)
      let unchanged = try await place.run("--all")
      #expect(!unchanged.output.contains("seeded"), "\(unchanged.output)")
      try place.writeShop(customers: 0..<55, purchases: 5..<95, name: "Renamed", nation: "Norge")
      let plan = try await place.run("plan")
      #expect(plan.output.contains("5 to insert, 2 to update, 10 to delete"), "\(plan.output)")
      try await place.run("--all")
      #expect(try await place.cluster.count("SELECT count(*) FROM sales.customer") == 55)
      #expect(
        try await place.cluster.count("SELECT count(*) FROM sales.customer WHERE slug = 'renamed 7-x'") == 1)
      let last = try await place.run("--all")
      #expect(!last.output.contains("seeded"), "\(last.output)")
    }
  }

  @Test("edited rows are drift, and reset keeps them")
  func drift() async throws {
    try await with { place in
      try place.writeShop(customers: 0..<20, purchases: 0..<10)
      try await place.run("--all")
      try await place.cluster.sql(
        "UPDATE sales.customer SET name = 'x' WHERE email = 'c19@example.org' AND region = 'r4'")
      let plan = try await place.run("plan")
      #expect(plan.output.contains("(drifted) sales.customer"), "\(plan.output)")
      let reset = try await place.run("reset", "shop", "--yes")
      #expect(reset.output.contains("1 row kept, edited outside seed-runner"), "\(reset.output)")
      #expect(try await place.cluster.count("SELECT count(*) FROM sales.customer") == 1)
    }
  }

  @Test("rows that no file describes are not copied to the coordinator")
  func others() async throws {
    try await with { place in
      try place.writeShop(customers: 0..<60, purchases: 0..<90)
      try await place.run("--all")
      try await place.cluster.script(
        """
        INSERT INTO sales.customer (region, email, name, slug)
          SELECT 'r' || n % 5, 'other' || n, 'Other', repeat('x', 100) FROM generate_series(1, 20000) AS n;
        INSERT INTO sales.purchase (region, number, email)
          SELECT 'r' || n % 5, 1000 + n, 'other' || n FROM generate_series(1, 20000) AS n;
        DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I SET citus.max_intermediate_result_size = %L', current_database(), '300kB');
        END $$;
        """)
      try place.writeShop(customers: 0..<55, purchases: 5..<95, name: "Renamed")
      let plan = try await place.run("plan")
      #expect(plan.output.contains("5 to insert, 1 to update, 10 to delete"), "\(plan.output)")
      try await place.run("--all")
      try await place.run("verify")
      try await place.run("reset", "shop", "--yes")
      #expect(try await place.cluster.count("SELECT count(*) FROM sales.customer") == 20_000)
    }
  }

  @Test("a table that is owned as a whole is bulk-loaded, compared and reset")
  func whole() async throws {
    try await with { place in
      try place.write(
        """
        {"id": "whole", "summary": "for tests", "tables": [
          {"table": "big", "files": "big.csv", "key": "id", "ownership": "table"}]}
        """, to: "Seeders/whole/seeder.json")
      func write(_ range: Range<Int>) throws {
        try place.write(
          "id,name\n" + range.map { "\($0),name \($0)" }.joined(separator: "\n") + "\n",
          to: "Seeders/whole/big.csv")
      }
      try write(0..<500)
      try await place.run("--all")
      #expect(try await place.cluster.count("SELECT count(*) FROM big") == 500)
      let unchanged = try await place.run("--all")
      #expect(!unchanged.output.contains("seeded"), "\(unchanged.output)")
      try write(0..<510)
      try await place.run("--all")
      #expect(try await place.cluster.count("SELECT count(*) FROM big") == 510)
      try await place.run("reset", "whole", "--yes")
      #expect(try await place.cluster.count("SELECT count(*) FROM big") == 0)
    }
  }

  @Test("generated rows are loaded over several connections and reset")
  func generated() async throws {
    try await with { place in
      try await place.cluster.sql("INSERT INTO country (code, name) VALUES ('NO', 'Norway')")
      try place.write(
        """
        {"id": "gen", "summary": "for tests", "tables": [
          {"table": "event", "generate": {"rows": 5000, "columns": {
            "id": "sequence", "name": "person.name", "country_id": {"reference": "country"}}}}]}
        """, to: "Seeders/gen/seeder.json")
      try await place.run("--all")
      #expect(try await place.cluster.count("SELECT count(*) FROM event") == 5000)
      let unchanged = try await place.run("--all")
      #expect(!unchanged.output.contains("seeded"), "\(unchanged.output)")
      try await place.run("reset", "gen", "--yes")
      #expect(try await place.cluster.count("SELECT count(*) FROM event") == 0)
    }
  }

  @Test(
    "tables with identity columns that reference each other are distributed, filled, and not brought back")
  func identities() async throws {
    try await CitusDatabase.with { cluster in
      try await cluster.script(
        """
        CREATE TABLE tenant (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE account (
          tenant_id int REFERENCES tenant, id bigint GENERATED BY DEFAULT AS IDENTITY, email text NOT NULL,
          manager_id bigint, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, email),
          FOREIGN KEY (tenant_id, manager_id) REFERENCES account (tenant_id, id));
        INSERT INTO tenant (name) VALUES ('a'), ('b');
        """)
      try await TemporaryFolder.with { folder in
        let place = Place(cluster: cluster, folder: folder)
        try place.write(
          #"{"reference": ["tenant"], "distributed": [{"table": "account", "by": "tenant_id"}]}"#,
          to: "scale-out.json")
        try place.write(
          """
          {"id": "accounts", "summary": "for tests", "tables": [
            {"table": "account", "generate": {"rows": 300, "columns": {"email": "email"}}}]}
          """, to: "Seeders/accounts/seeder.json")
        try await place.run("scale-out", "apply")
        try await place.run("--accounts")
        #expect(try await cluster.count("SELECT count(*) FROM account") == 300)
        let undo = try await place.run("scale-out", "undo", code: 5)
        #expect(undo.errors.contains("public.account has the identity column id"), "\(undo.errors)")
      }
    }
  }

  @Test("a key without the distribution column is refused before anything is written")
  func key() async throws {
    try await CitusDatabase.with { cluster in
      try await cluster.script(
        "CREATE TABLE item (tenant int, code text, name text, PRIMARY KEY (tenant, code))")
      try await cluster.sql("SELECT create_distributed_table('item', 'tenant')")
      try await TemporaryFolder.with { folder in
        let place = Place(cluster: cluster, folder: folder)
        try place.write(
          #"{"id": "items", "summary": "for tests", "tables": [{"table": "item", "files": "a.csv", "key": "code"}]}"#,
          to: "Seeders/items/seeder.json")
        try place.write("tenant,code,name\n1,a,b\n", to: "Seeders/items/a.csv")
        let result = try await place.run("--all", code: 65)
        #expect(result.output.contains("a key without 'tenant'"), "\(result.output)\(result.errors)")
        #expect(try await cluster.count("SELECT count(*) FROM item") == 0)
      }
    }
  }

  @Test("a deferred constraint of a reference table is checked before the end, and the records are named")
  func deferred() async throws {
    try await CitusDatabase.with { cluster in
      try await cluster.script(
        "CREATE TABLE r (id int PRIMARY KEY, place int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
      try await cluster.sql("SELECT create_reference_table('r')")
      try await TemporaryFolder.with { folder in
        let place = Place(cluster: cluster, folder: folder)
        try place.write(
          #"{"id": "r", "summary": "for tests", "tables": [{"table": "r", "files": "a.csv", "key": "id"}]}"#,
          to: "Seeders/r/seeder.json")
        try place.write("id,place\n1,1\n2,2\n3,2\n", to: "Seeders/r/a.csv")
        let result = try await place.run("--all", code: 65)
        #expect(result.output.contains("a.csv:4"), "\(result.output)\(result.errors)")
      }
    }
  }

  @Test("a record that a node rejects is named")
  func rejected() async throws {
    try await with { place in
      try await place.cluster.sql("ALTER TABLE big ADD CONSTRAINT short CHECK (length(name) < 5)")
      try place.write(
        #"{"id": "big", "summary": "for tests", "tables": [{"table": "big", "files": "a.csv", "key": "id"}]}"#,
        to: "Seeders/big/seeder.json")
      try place.write("id,name\n1,a\n2,much too long\n", to: "Seeders/big/a.csv")
      let result = try await place.run("--all", code: 65)
      #expect(result.output.contains("a.csv:3"), "\(result.output)\(result.errors)")
    }
  }
}
