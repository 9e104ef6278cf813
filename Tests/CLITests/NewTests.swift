import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("new")
struct NewTests {
  private static let schema = """
    CREATE TABLE country (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE,
      name text NOT NULL, calling_code text);
    """

  @Test(
    "creates a seeder from a file of each format, by the columns and the key of its table",
    arguments: [
      ("country.csv", "code,name\nDK,Denmark\n"),
      ("country.csv", "\u{FEFF}Name;Code;Calling-Code\r\nDenmark;DK;0045\r\n"),
      ("country.json", #"[{"name": "Denmark", "code": "DK"}]"#),
      ("data.json", #"{"data": {"items": [{"name": "Denmark", "code": "DK"}]}}"#),
      ("data.json", #"{"DK": {"name": "Denmark", "code": "DK"}, "SE": {"name": "Sweden", "code": "SE"}}"#),
      ("country.jsonl", "{\"code\": \"DK\", \"name\": \"Denmark\"}\n"),
      ("Country.ndjson", "{\"code\": \"DK\", \"name\": \"Denmark\"}\n"),
      ("country.yml", "- code: DK\n  name: Denmark\n"),
      ("country.txt", "DK\tDenmark\t\\N\n"),
      ("c.dat", "code|name|\nDK|Denmark|\n"),
    ])
  func formats(file: String, text: String) async throws {
    let schema = Self.schema + "ALTER TABLE country DROP COLUMN id;"
    try await InitPlace.with(schema) { place, database in
      try place.write(text, to: "my data/\(file)")
      let end = try await place.run("new", "country", "--from", "my data/\(file)")
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(end.output.contains("created Seeders/country/seeder.json: table country, key code\n"))
      #expect(try place.read("Seeders/country/\(file)") == place.read("my data/\(file)"))
      let seeded = try await place.paste(end.output)
      #expect(seeded.exitCode == 0 && seeded.output.contains(" inserted"), "\(seeded.output)\(seeded.errors)")
      let again = try await place.run("--country")
      #expect(again.output.contains("unchanged  country"), "\(again.output)\(again.errors)")
      let name = try await database.withConnection { connection in
        try await connection.queryOne("SELECT name FROM country WHERE code = 'DK'").decode(String.self)
      }
      #expect(name == "Denmark")
    }
  }

  @Test(
    "creates the table of a file: its types store all values, and the second run finds them unchanged",
    arguments: [
      (
        "2 things.csv",
        "Order,Full Name,user,big,at\n1,it's,x,3000000000,2026-01-05 10:00:00\n2,b,,1,2026-01-05\n",
        [
          #""order" integer PRIMARY KEY"#, "full_name text NOT NULL", "\"user\" text,", "big bigint",
          "at timestamp",
        ]
      ),
      (
        "t.csv", "sku;n;amount;day;ok\nA1;NA;1.234,50;05.01.2026;true\nA2;3;0,80;31.12.2025;false\n",
        ["sku text PRIMARY KEY", "n integer,", "amount numeric NOT NULL", "day date NOT NULL", "ok boolean"]
      ),
      (
        "t.csv", "code,dialing\nNO,0047\nSE,46\n", ["code text PRIMARY KEY", "dialing text NOT NULL"]
      ),
      (
        "t.json", #"[{"Order": 1, "Full Name": "a", "user": null}, {"Order": 2, "ok": true, "Tags": ["x"]}]"#,
        [#""order" integer PRIMARY KEY"#, "full_name text,", "ok boolean,", "tags jsonb"]
      ),
      (
        "t.csv", "a,b,n\nx,1,1.5\nx,2,1.5\ny,1,1.5\n",
        ["a text NOT NULL", "b integer NOT NULL", "n numeric NOT NULL", "PRIMARY KEY (a, b)"]
      ),
    ])
  func newTable(file: String, text: String, columns: [String]) async throws {
    try await InitPlace.with { place, _ in
      try place.write(text, to: file)
      let end = try await place.run("new", "things", "--from", file, "--table", "Things")
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(
        end.errors.contains("marked 'check:' in Seeders/things/seeder.json and Seeders/things/table.sql"))
      let script = try place.read("Seeders/things/table.sql")
      #expect(script.contains(#"CREATE TABLE "Things" ("#))
      for column in columns { #expect(script.contains(column), "\(script)") }
      let seeded = try await place.paste(end.output)
      #expect(seeded.exitCode == 0 && seeded.output.contains(" inserted"), "\(seeded.output)\(seeded.errors)")
      let again = try await place.run("--things")
      #expect(again.output.contains("unchanged  things"), "\(again.output)\(again.errors)")
    }
  }

  @Test("looks up references by the natural key of the other table, after the seeder that fills it")
  func references() async throws {
    let schema = """
      CREATE TABLE supplier (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, vat_no text NOT NULL UNIQUE);
      CREATE TABLE invoice (number text PRIMARY KEY, supplier_id int NOT NULL REFERENCES supplier,
        payer_id int REFERENCES supplier, logo bytea);
      """
    try await InitPlace.with(schema) { place, _ in
      try place.write("vat_no\nV1\n", to: "supplier.csv")
      #expect(try await place.run("new", "supplier", "--from", "supplier.csv").exitCode == 0)
      try place.write("Number,Supplier,payer_id,logo,more\n1,V1,V1,aGk=,x\n", to: "invoice.csv")
      let end = try await place.run("new", "invoice", "--from", "invoice.csv")
      #expect(end.exitCode == 0, "\(end.errors)")
      let definition = try place.read("Seeders/invoice/seeder.json")
      #expect(definition.contains(#""dependencies": ["supplier"]"#), "\(definition)")
      for part in [
        #"// check: the foreign key to supplier"#,
        #""supplier_id": {"field": "Supplier", "references": {"table": "supplier", "key": "vat_no"}}"#,
        #""payer_id": {"field": "payer_id", "references": {"table": "supplier", "key": "vat_no"}}"#,
        #""logo": {"bytes": "base64"}"#,
        "// check: invoice has no columns for these fields\n      \"ignore\": [\"more\"]",
      ] { #expect(definition.contains(part), "\(part): \(definition)") }
      let seeded = try await place.paste(end.output)
      #expect(seeded.output.contains("invoice 1 inserted"), "\(seeded.output)\(seeded.errors)")
    }
  }

  @Test("takes a partial index or one over expressions as the key, and names one of several")
  func indexes() async throws {
    let schema = """
      CREATE TABLE program (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL, gone date);
      CREATE UNIQUE INDEX live ON program (slug) WHERE gone IS NULL;
      CREATE UNIQUE INDEX dead ON program (slug) WHERE gone IS NOT NULL;
      CREATE TABLE account (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
      CREATE UNIQUE INDEX ON account (lower(email));
      INSERT INTO program (slug, gone) VALUES ('a', NULL), ('b', '2026-01-05');
      """
    try await InitPlace.with(schema) { place, _ in
      try place.write("slug\na\nc\n", to: "program.csv")
      let program = try await place.run("new", "programs", "--from", "program.csv")
      let definition = try place.read("Seeders/programs/seeder.json")
      #expect(definition.contains("\"key\": \"slug\",\n      \"index\": \"live\""), "\(definition)")
      let seeded = try await place.paste(program.output)
      #expect(seeded.output.contains("program 1 inserted 1 unchanged"), "\(seeded.output)\(seeded.errors)")
      try place.write("email\nAda@x.org\n", to: "account.csv")
      let account = try await place.run("new", "account", "--from", "account.csv")
      #expect(try place.read("Seeders/account/seeder.json").contains("by the unique index on (lower(email))"))
      #expect(try await place.paste(account.output).exitCode == 0)
      // The rows of a partial index are exported.
      let export = try await place.run("export", "program", "--id", "exported")
      #expect(export.errors.contains("1 row of program not exported"), "\(export.errors)")
      let exported = try place.read("Seeders/exported/seeder.json")
      #expect(exported.contains("\"key\": [\"slug\"],\n      \"index\": \"live\""), "\(exported)")
      let again = try await place.run("--exported", "--no-built-in")
      #expect(again.output.contains("program 2 unchanged"), "\(again.output)\(again.errors)")
    }
  }

  @Test("fills columns from nested fields, and chooses the key that is asked for")
  func nested() async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      try place.write(
        #"[{"id": 7, "code": "DK", "name": {"common": "Denmark", "x": 1}, "calling": {"code": "0045"}}]"#,
        to: "c.json")
      let end = try await place.run("new", "c", "--from", "c.json", "--table", "country", "--key", "code")
      #expect(end.exitCode == 0, "\(end.errors)")
      let definition = try place.read("Seeders/c/seeder.json")
      #expect(definition.contains(#""calling_code": "calling.code""#), "\(definition)")
      #expect(definition.contains(#""key": "code""#))
    }
  }

  @Test("creates the definition for a file in the seeder's folder, and another folder with --output")
  func places() async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      try place.write("code,name\nNO,Norway\n", to: "Seeders/country/country.csv")
      let first = try await place.run("new", "country", "--from", "Seeders/country/country.csv")
      #expect(
        first.output.hasPrefix("created Seeders/country/seeder.json: table country, key code\n\nNext:\n"),
        "\(first.output)\(first.errors)")
      #expect(try await place.paste(first.output).exitCode == 0)
      try place.write("code,name\nNO,Norway\n", to: "c.csv")
      let other = try await place.run(
        "new", "other", "--from", "c.csv", "--table", "country", "-o", "my seeders/other", "--format", "json")
      let json = other.output.filter { !$0.isWhitespace }
      #expect(json.hasPrefix(#"{"checks":0,"created":["#), "\(other.output)\(other.errors)")
      #expect(try await place.run("plan", "other", "--seeders-path", "my seeders").exitCode != 64)
    }
  }

  @Test("without a database derives the columns from the file")
  func unreachable() async throws {
    try await TemporaryFolder.with { folder in
      let place = InitPlace(folder: folder, url: "postgresql://x@127.0.0.1:1/x")
      try place.write("Code,Name\nNO,Norway\n", to: "country.csv")
      let end = try await place.run("new", "country", "--from", "country.csv")
      #expect(end.exitCode == 0)
      #expect(end.errors.contains("note: the database cannot be reached: "))
      let definition = try place.read("Seeders/country/seeder.json")
      #expect(
        definition.contains(#""code": "Code""#) && definition.contains(#""name": "Name""#), "\(definition)")
      #expect(end.output.contains("\(SeedRunnerBinary.path) doctor\n"))
      #expect(definition.contains(#""key": "code""#))
    }
  }

  @Test("without a file creates one with the columns of the table, or says that there is no table")
  func empty() async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      let found = try await place.run("new", "country")
      #expect(found.exitCode == 0, "\(found.errors)")
      #expect(try place.read("Seeders/country/country.csv") == "code,name,calling_code\n")
      #expect(try await place.paste(found.output).exitCode == 0)
      let missing = try await place.run("new", "price-lists")
      #expect(missing.exitCode == 0)
      #expect(missing.errors.contains("note: no table 'price_lists' in the database "), "\(missing.errors)")
      #expect(missing.output.contains("Create the table price_lists\n"), "\(missing.output)")
    }
  }
}
