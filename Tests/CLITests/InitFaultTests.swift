import FoundationEssentials
import SeedTesting
import Testing

@Suite("init, where something is wrong or there already")
struct InitFaultTests {
  private static let schema = """
    CREATE TABLE country (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE, name text);
    CREATE TABLE bare (x int);
    CREATE TABLE users (email text PRIMARY KEY);
    CREATE VIEW seen AS SELECT 1 AS x;
    """

  @Test(
    "writes nothing and says what, where and what to do",
    arguments: [
      (["--from", "contry"], 64, "no table 'contry' in the database", "Did you mean 'country'?"),
      (["--from", "seen"], 64, "'seen' is a view", "choose a table"),
      (["--from", "bare"], 64, "bare has no unique key", "add a unique constraint"),
      (
        ["--from", "country", "--key", "name"], 64, "country has no unique key (name)",
        "its keys are (id), (code)"
      ),
      (["--from", "users", "--built-in"], 5, "'users' is the id of a built-in seeder", "--id my-users"),
      (["--from", "country", "--id", "My Id"], 64, "'My Id' is not a valid seeder id", "set one with --id"),
      (["--from", "country", "--table", "bare"], 64, "'country' is not a file", "omit --table"),
      (["--from", "nowhere.csv"], 64, "no file 'nowhere.csv'", "check the path"),
      (["--from", "data/"], 64, "'data/' is a folder", "name a file that ends in .csv"),
      (["--from", "data/list.xlsx"], 64, "'data/list.xlsx' is not a CSV, JSON or JSONL file", ".ndjson"),
      (["--from", "data/countries.csv"], 64, "no table 'countries'", "--table country?"),
      (["--from", "data/9.csv"], 64, "'9' is not a valid seeder id", "set one with --id"),
      (["--from", "data/bare.csv"], 64, "bare has no unique key", "add a unique constraint"),
      (
        ["--from", "data/other.csv", "--table", "country"], 64, "no field of other.csv is a column",
        "its columns are"
      ),
      (
        ["--from", "data/names.csv", "--table", "country"], 64, "no field for a unique key",
        "its keys are (id), (code)"
      ),
      (
        ["--from", "data/twice.csv", "--table", "country"], 65, "data/twice.csv:3: record 2: duplicate key",
        "correct"
      ),
      (["--from", "data/twice.csv", "--table", "new"], 64, "the first field 'code' is not a key", "--key"),
      (
        ["--from", "data/short.csv", "--table", "country"], 65, "data/short.csv:2: record 1: found 1 field",
        "correct"
      ),
      (["--from", "data/empty.json"], 65, "data/empty.json: found no records", "correct"),
      (
        ["--from", "data/blank.csv"], 65, "data/blank.csv:1: found an empty line; expected the header",
        "correct"
      ),
      (["--from", "data/wide.csv"], 65, "data/wide.csv:1: found UTF-16", "correct"),
      (
        ["--from", "Seeders/own/own.csv", "--id", "mine"], 64, "already belongs to the seeder in",
        "copy the file"
      ),
      (["--from", "data/own.json"], 5, "Seeders/own already exists, for other data", "another id"),
      (["--id", "x"], 64, "'--id' needs '--from'", "add '--from'"),
    ] as [([String], Int32, String, String)])
  func faults(words: [String], exitCode: Int32, message: String, fix: String) async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      try place.write("code,name\nNO,Norway\n", to: "data/countries.csv")
      for name in ["list.xlsx", "9.csv", "own.json"] { try place.write("[]", to: "data/\(name)") }
      try place.write("x\n1\n", to: "data/bare.csv")
      try place.write("y\n1\n", to: "data/other.csv")
      try place.write("name\nx\n", to: "data/names.csv")
      try place.write("code,name\nNO,a\nNO,b\n", to: "data/twice.csv")
      try place.write("code,name\nNO\n", to: "data/short.csv")
      try place.write("\ncode,name\nNO,Norway\n", to: "data/blank.csv")
      try place.write("[]", to: "data/empty.json")
      try place.write("c\0o\0", to: "data/wide.csv")
      try place.write("code\nNO\n", to: "Seeders/own/own.csv")
      try place.write(
        #"{"id": "own", "summary": "x", "tables": [{"table": "country", "files": "own.csv", "key": "code"}]}"#,
        to: "Seeders/own/seeder.json")
      let before = try place.content
      let process = try SeedRunnerBinary.start(["init"] + words, url: place.url, directory: place.folder.path)
      let end = try await process.wait()
      #expect(end.exitCode == exitCode, "\(end.output)\(end.errors)")
      #expect(end.errors.contains(message) && end.errors.contains("Fix: "), "\(end.errors)")
      #expect(end.errors.contains(fix), "\(end.errors)")
      #expect(end.output.isEmpty)
      #expect(try place.content == before)
    }
  }

  @Test("needs a database for a table: 64 if none is configured, 4 if it cannot be reached")
  func database() async throws {
    try await TemporaryFolder.with { folder in
      let none = try await InitPlace(folder: folder, url: nil).run("init", "--from", "country")
      #expect(none.exitCode == 64 && none.errors.contains("Fix: set DATABASE_URL"), "\(none.errors)")
      let far = InitPlace(folder: folder, url: "postgresql://x@127.0.0.1:1/x")
      #expect(try await far.run("init", "--from", "country").exitCode == 4)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test("keeps every file that is there, and says which data file differs")
  func kept() async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      try place.write("{\"seed\": {\"jobs\": 2}}\n", to: "Config/default.json")
      try place.write("code,name\nNO,Norway\n", to: "Seeders/country/country.csv")
      // A file that already lies where it belongs gets its definition.
      let first = try await place.run("init", "--from", "Seeders/country/country.csv")
      #expect(first.exitCode == 0, "\(first.errors)")
      #expect(
        first.output.hasPrefix(
          """
          kept Config/default.json
          created Config/config.schema.json
          kept Seeders/country/country.csv
          created Seeders/country/seeder.json: table country, key code

          """), "\(first.output)")
      #expect(try await place.paste(first.output).exitCode == 0)
      #expect(try place.read("Config/default.json") == "{\"seed\": {\"jobs\": 2}}\n")
      try place.write("code,name\nNO,Other\n", to: "country.csv")
      let before = try place.content
      let second = try await place.run("init", "--from", "country.csv")
      #expect(second.output.contains("kept Seeders/country/country.csv, which differs from country.csv\n"))
      #expect(try place.content == before)
    }
  }

  @Test("refuses a table or a key that the existing seeder does not have")
  func others() async throws {
    let schema = Self.schema + "CREATE TABLE land (code text PRIMARY KEY, name text UNIQUE);"
    try await InitPlace.with(schema) { place, _ in
      try place.write("Code,Name\nNO,Norway\n", to: "land.csv")
      #expect(try await place.run("init", "--from", "land.csv").exitCode == 0)
      for (words, part) in [
        (["--key", "name"], "the key code"), (["--table", "country"], "the table land"),
        (["--table", "land", "--key", "code,name"], "the key code"),
      ] {
        let end = try await SeedRunnerBinary.start(
          ["init", "--from", "land.csv"] + words, url: place.url, directory: place.folder.path
        ).wait()
        #expect(end.exitCode == 5, "\(words): \(end.output)\(end.errors)")
        #expect(end.errors.contains("Seeders/land already exists, with \(part); nothing was written"))
        #expect(end.errors.contains("Fix: edit Seeders/land/seeder.json, or choose another id with --id"))
      }
      let same = try await place.run("init", "--from", "land.csv", "--table", "land", "--key", "Code")
      #expect(same.exitCode == 0, "\(same.errors)")
      #expect(try await place.run("init", "--from", "land", "--key", "name").exitCode == 5)
    }
  }

  @Test("notes the required columns that no field fills, and how to look up a reference")
  func required() async throws {
    let schema = """
      CREATE TABLE supplier (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, vat_no text NOT NULL UNIQUE);
      CREATE TABLE invoices (number text PRIMARY KEY, amount int NOT NULL, note text,
        at date NOT NULL DEFAULT now(), supplier_id int NOT NULL REFERENCES supplier);
      INSERT INTO supplier (vat_no) VALUES ('V1');
      """
    try await InitPlace.with(schema) { place, database in
      try place.write("Number,Amount,Supplier\n1,5,V1\n", to: "invoices.csv")
      let end = try await place.run("init", "--from", "invoices.csv")
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(
        end.errors.contains(
          "invoices requires values for these columns, which no field fills: 'supplier_id'\n"),
        "\(end.errors)")
      let snippet =
        #""supplier_id": {"field": "Supplier", "references": {"table": "supplier", "key": "vat_no"}}"#
      #expect(end.errors.contains("\"columns\": {\(snippet)}, and remove \"Supplier\""), "\(end.errors)")
      // The advice, taken literally, works.
      let path = "Seeders/invoices/seeder.json"
      let definition = try place.read(path)
        .replacing(#""columns": {"#, with: "\"columns\": {\(snippet), ")
        .replacing(#""ignore": ["Supplier"]"#, with: #""ignore": []"#)
      try place.write(definition, to: path)
      let seeded = try await place.run("--invoices")
      #expect(seeded.output.contains("invoices 1 inserted"), "\(definition)\(seeded.output)\(seeded.errors)")
    }
  }

  @Test("leaves nothing if a file cannot be written")
  func undone() async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      try place.write("in the way", to: "Seeders")
      let end = try await place.run("init", "--from", "country")
      #expect(end.exitCode == 64)
      #expect(end.errors.contains("Seeders/country cannot be written: "), "\(end.errors)")
      #expect(try place.content == ["Seeders": "in the way"])
    }
  }

  @Test("refuses a folder inside a project, unless it is named")
  func inside() async throws {
    try await InitPlace.with { place, _ in
      #expect(try await place.run("init").exitCode == 0)
      try place.write("", to: "part/one/x")
      let inner = "\(place.folder.path)/part/one"
      let refused = try await place.run("init", in: inner)
      #expect(refused.exitCode == 5)
      #expect(
        refused.errors.contains("this folder is in the project \(place.folder.path)"), "\(refused.errors)")
      #expect(try await place.run("init", "--project-path", ".", in: inner).exitCode == 0)
      #expect(FileManager.default.fileExists(atPath: "\(inner)/Config/default.json"))
      #expect(try await place.run("init", in: inner).exitCode == 0)
    }
  }

  @Test(
    "adds to .gitignore only what is missing",
    arguments: [
      ("build", "build\n.seed-runner/\n"), ("/.seed-runner\n", nil), ("**/.seed-runner/ \r\n", nil),
    ] as [(String, String?)])
  func gitIgnore(old: String, new: String?) async throws {
    try await InitPlace.with { place, _ in
      try place.write("gitdir: elsewhere\n", to: ".git")
      try place.write(old, to: ".gitignore")
      let end = try await place.run("init")
      #expect(end.output.contains("changed .gitignore: added .seed-runner/\n") == (new != nil))
      #expect(try place.read(".gitignore") == new ?? old)
    }
  }
}
