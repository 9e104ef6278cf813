import FoundationEssentials
import SeedTesting
import Testing

@Suite("new --from, where something is wrong")
struct NewFaultTests {
  private static let schema = """
    CREATE TABLE country (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE, name text);
    CREATE TABLE bare (x int);
    CREATE TABLE users (email text PRIMARY KEY);
    CREATE VIEW seen AS SELECT 1 AS x;
    """

  @Test(
    "writes nothing and reports the problem, the place and the fix",
    arguments: [
      (["a", "nowhere.csv"], 64, "no file 'nowhere.csv'", "check the path"),
      (["a", "country"], 64, "no file 'country'", "export country' creates a seeder from a table"),
      (["a", "data/"], 64, "'data/' is a folder", "name a file in it"),
      (["a", "data/list.xlsx"], 65, "data/list.xlsx: found a ZIP file", "correct"),
      (["a", "data/image.png"], 65, "data/image.png: found binary data", "correct"),
      (["users", "data/bare.csv", "--built-in"], 5, "the seeder 'users' already exists", "another name"),
      (["My Id", "data/bare.csv"], 64, "'My Id' is not a valid seeder id", "use lowercase letters"),
      (["own", "data/bare.csv"], 5, "the seeder 'own' already exists", "choose another name"),
      (["taken", "data/bare.csv"], 5, "Seeders/taken already exists", "choose another folder with --output"),
      (["mine", "Seeders/own/own.csv"], 64, "already belongs to the seeder in", "copy the file"),
      (["countries", "data/countries.csv"], 64, "no table 'countries'", "--table country?"),
      (["a", "data/bare.csv", "--table", "bare"], 64, "bare has no unique key", "add a unique constraint"),
      (["a", "data/bare.csv", "--table", "seen"], 64, "'seen' is a view", "choose a table"),
      (
        ["a", "data/other.csv", "--table", "country"], 64, "no field of other.csv is a column",
        "its columns are"
      ),
      (
        ["a", "data/names.csv", "--table", "country"], 64, "no field for a unique key",
        "its keys are (id), (code)"
      ),
      (
        ["a", "data/countries.csv", "--table", "country", "--key", "name"], 64,
        "country has no unique key (name)", "its keys are (id), (code)"
      ),
      (
        ["a", "data/twice.csv", "--table", "country"], 65, "data/twice.csv:3: record 2: duplicate key",
        "correct"
      ),
      (["a", "data/same.csv", "--table", "new"], 64, "a different value in every record", "--key"),
      (
        ["a", "data/countries.csv", "--table", "new", "--key", "x"], 64, "has no field 'x' for the key",
        "its fields are"
      ),
      (
        ["a", "data/short.csv", "--table", "country"], 65, "data/short.csv:2: record 1: found 1 field",
        "correct"
      ),
      (["a", "data/double.csv"], 65, "data/double.csv:1: field 'x': duplicate field name", "correct"),
      (["a", "data/empty.json"], 65, "data/empty.json: found no records", "correct"),
      (["a", "data/empty.csv"], 65, "data/empty.csv: found no records", "correct"),
      (["a", "data/broken.json"], 65, "data/broken.json:1", "correct"),
    ] as [([String], Int32, String, String)])
  func faults(words: [String], exitCode: Int32, message: String, fix: String) async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      try place.write("code,name\nNO,Norway\n", to: "data/countries.csv")
      try place.write("PK\u{3}\u{4}x", to: "data/list.xlsx")
      try place.write("ab\u{1}\0\0c", to: "data/image.png")
      try place.write("x\n1\n", to: "data/bare.csv")
      try place.write("y\n1\n", to: "data/other.csv")
      try place.write("name\nx\n", to: "data/names.csv")
      try place.write("code,name\nNO,a\nNO,b\n", to: "data/twice.csv")
      try place.write("code,name\nNO,a\nNO,a\n", to: "data/same.csv")
      try place.write("code,name\nNO\n", to: "data/short.csv")
      try place.write("x,x\na,b\n", to: "data/double.csv")
      try place.write("[]", to: "data/empty.json")
      try place.write("", to: "data/empty.csv")
      try place.write("[{\"a\": 1", to: "data/broken.json")
      try place.write("", to: "Seeders/taken/x")
      try place.write("code\nNO\n", to: "Seeders/own/own.csv")
      try place.write(
        #"{"id": "own", "summary": "x", "tables": [{"table": "country", "files": "own.csv", "key": "code"}]}"#,
        to: "Seeders/own/seeder.json")
      let before = try place.content
      let process = try SeedRunnerBinary.start(
        ["new", words[0], "--from"] + words.dropFirst(), url: place.url, directory: place.folder.path)
      let end = try await process.wait()
      #expect(end.exitCode == exitCode, "\(end.output)\(end.errors)")
      #expect(end.errors.contains(message) && end.errors.contains("Fix: "), "\(end.errors)")
      #expect(end.errors.contains(fix), "\(end.errors)")
      #expect(end.output.isEmpty)
      #expect(try place.content == before)
    }
  }

  @Test("leaves nothing if a file cannot be written")
  func undone() async throws {
    try await InitPlace.with(Self.schema) { place, _ in
      try place.write("in the way", to: "Seeders")
      try place.write("code,name\nNO,Norway\n", to: "country.csv")
      let end = try await place.run("new", "country", "--from", "country.csv")
      #expect(end.exitCode == 64)
      #expect(end.errors.contains("Seeders/country cannot be written: "), "\(end.errors)")
      #expect(try place.content.keys.sorted() == ["Seeders", "country.csv"])
    }
  }

  @Test("notes the required columns that no field fills")
  func required() async throws {
    let schema =
      "CREATE TABLE invoices (number text PRIMARY KEY, amount int NOT NULL, at date NOT NULL DEFAULT now())"
    try await InitPlace.with(schema) { place, _ in
      try place.write("Number\n1\n", to: "invoices.csv")
      let end = try await place.run("new", "invoices", "--from", "invoices.csv")
      #expect(
        end.errors.contains("invoices requires values for these columns, which no field fills: 'amount'\n"),
        "\(end.errors)")
    }
  }
}
