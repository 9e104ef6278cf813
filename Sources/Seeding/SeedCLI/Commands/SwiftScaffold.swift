import FoundationEssentials
import SeedKit

/// Adds a seeder in Swift to a checkout of this project: its code, a fixture and a test. Also registers it in the
/// three files that list every built-in seeder.
struct SwiftScaffold {
  let id: SeederID
  let project: String

  /// `PriceLists`
  private var typeName: String {
    id.rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
  /// `price_lists`
  private var snakeName: String { id.rawValue.split(separator: "-").joined(separator: "_") }

  /// Writes the files.
  ///
  /// - Returns: lines that say what was written and what to do next.
  /// - Throws: `CommandFailure` if the project is not a checkout of seed-runner, or if the folder exists.
  func write() throws -> [String] {
    let folder = SeederFolder(path: "\(project)/Seeders/\(typeName)")
    try folder.checkAbsent()
    var edits: [(path: String, text: String)] = []
    edits.append(
      (
        "Package.swift",
        try edit("Package.swift") { text in
          guard let match = text.firstMatch(of: /let seeders = \[([^\]]*)\]/) else { return nil }
          let names = match.output.1.matches(of: /"(\w+)"/).map { String($0.output.1) } + [typeName]
          let list = names.sorted().map { "  \"\($0)\",\n" }.joined()
          return text.replacing(match.output.0, with: "let seeders = [\n\(list)]")
        }
      ))
    edits.append(
      (
        "Seeders/Catalog/Catalog.swift",
        try edit("Seeders/Catalog/Catalog.swift") { text in
          guard let list = text.firstRange(of: "try SeederRegistry([\n") else { return nil }
          var text = text
          text.insert(contentsOf: "      \(typeName)Seeder(),\n", at: list.upperBound)
          return Self.adding(import: typeName, to: text)
        }
      ))
    edits.append(
      (
        "Sources/Resources/files.c",
        try edit("Sources/Resources/files.c") { text in
          let head = "static const struct resource files[] = {\n"
          guard let list = text.firstRange(of: head) else { return nil }
          let fixture = "Seeders/\(typeName)/Fixtures/\(id).json"
          var text = text
          text.insert(
            contentsOf: """
                {"\(fixture)", TEXT{
              #embed "../../\(fixture)" suffix(, 0)
                }},

              """, at: list.upperBound)
          return text
        }
      ))
    try folder.write([("\(typeName)Seeder.swift", code)])
    try SeederFolder(path: "\(folder.path)/Fixtures").write([
      ("\(id).json", "[\n  {\"name\": \"first\"}\n]\n")
    ])
    try SeederFolder(path: "\(project)/Tests/CatalogTests").write([("\(typeName)SeederTests.swift", test)])
    for (path, text) in edits { try SeederFolder(path: project).write([(path, text)]) }
    return [
      "wrote Seeders/\(typeName)/\(typeName)Seeder.swift, its fixture and Tests/CatalogTests/\(typeName)SeederTests.swift",
      "registered it in Package.swift, Seeders/Catalog/Catalog.swift and Sources/Resources/files.c",
      "next: add its columns to the migration and to the code, and run: Scripts/test --filter \(typeName)",
    ]
  }

  /// Inserts an import in alphabetical order.
  private static func adding(import name: String, to text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    func module(_ line: String) -> String? {
      let words = line.split(separator: " ")
      guard let index = words.firstIndex(of: "import"), index <= 1 else { return nil }
      return words.last.map(String.init)
    }
    let place = lines.firstIndex { module($0).map { $0 > name } ?? true } ?? 0
    lines.insert(imports(name), at: place)
    return lines.joined(separator: "\n")
  }

  private func edit(_ path: String, _ change: (String) -> String?) throws -> String {
    let bytes = FileManager.default.contents(atPath: "\(project)/\(path)")
    guard let bytes, let changed = change(String(decoding: bytes, as: UTF8.self)) else {
      throw CommandFailure(
        code: .usage, message: "\(project)/\(path) does not belong to a checkout of seed-runner",
        fix: "run the command in a checkout, or omit --swift")
    }
    return changed
  }

  private var code: String {
    """
    public \(Self.imports("Migrations"))
    public \(Self.imports("SeedKit"))

    /// Rows of the table `\(snakeName)`.
    public struct \(typeName)Seeder: Seeder, MigratingSeeder, FixtureSeeder {
      /// `\(id)`
      public let id: SeederID = "\(id)"
      /// The summary that `list` and `--help` show.
      public let summary = "Rows of \(snakeName)"
      /// The fixture file with the records.
      public let fixtures = [Self.records]

      private static let records = "\(typeName)/Fixtures/\(id).json"

      /// A record of the fixture and a row of the table.
      private struct Record: Codable {
        let name: String
      }

      /// Creates the seeder.
      public init() {}

      /// Creates the table.
      public func migrations() throws -> [MigrationSet] {
        [try MigrationSet(name: "\(id)", files: [("0001_\(snakeName).sql", Self.schema)])]
      }

      private static let schema = \"""
        -- migrate:up
        CREATE TABLE \(snakeName) (name text PRIMARY KEY);

        -- migrate:down
        DROP TABLE \(snakeName);
        \"""

      /// Reads and checks the records without writing.
      public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
        FixtureInspection(records: try fixtures.file(Self.records).decode([Record].self).count)
      }

      /// Inserts and updates the rows that differ from the records.
      public func seed(in context: SeedContext) async throws {
        let records = try context.decode([Record].self, from: Self.records)
        try await context.upsert(records, into: "\(snakeName)", key: "name")
      }
    }

    """
  }

  /// Builds the import lines at run time, because the import lint would read literal ones as imports of this file.
  private static func imports(_ modules: String...) -> String {
    modules.map { "import \($0)" }.joined(separator: "\n")
  }

  private var test: String {
    """
    \(["Catalog", "SeedTesting", "Testing", typeName].sorted().map { Self.imports($0) }.joined(separator: "\n"))

    @Suite("The seeder \(id)")
    struct \(typeName)SeederTests {
      @Test("conforms to the seeder contract")
      func conformance() async throws {
        try await SeederConformance.check(\(typeName)Seeder(), fixtures: Catalog.fixtures)
      }
    }

    """
  }
}
