package import Postgres

/// A declarative seeder for a data file, derived from its contents and from the table.
///
/// What is guessed has a comment that begins with `check:`.
package struct FileImport: Sendable {
  /// The file to import.
  package struct Request: Sendable {
    /// The path of the data file.
    package let path: String
    /// The id of the seeder.
    package let id: SeederID
    /// The table, with its schema if necessary; nil takes it from the id or the file's name.
    package let table: String?
    /// The columns or fields of the natural key; if empty, a unique key of the table that the file fills.
    package let key: [String]

    /// Creates a request.
    package init(path: String, id: SeederID, table: String?, key: [String]) {
      self.path = path
      self.id = id
      self.table = table
      self.key = key
    }
  }

  /// The database to look up the table in.
  package enum Database {
    /// A database, with the seeders among which dependencies are searched.
    case connected(PostgresConnection, seeders: [RegisteredSeeder])
    /// A database without tables.
    case empty
    /// An unreachable database.
    case unknown
  }

  /// The text of `seeder.json`.
  package let definition: String
  /// The name of the data file.
  package let fileName: String
  /// The name of the table in the definition.
  package let table: String
  /// The columns of the natural key.
  package let key: [String]
  /// The number of records.
  package let count: Int
  /// The number of comments that begin with `check:`.
  package let checks: Int
  /// Remarks on the definition for the user.
  package let notes: [String]
  /// The statement that creates the table; nil if the table exists or the database is unreachable.
  package let createTable: String?

  /// Reads the file, finds its table and key, and checks all records as `lint` does.
  ///
  /// - Throws: ``TableExportError`` if file and table do not match; ``FixtureError`` for an invalid file;
  ///   `PostgresError`.
  package static func read(_ request: Request, from database: Database) async throws -> FileImport {
    let name = request.path.split(separator: "/").last.map(String.init) ?? request.path
    let place = request.path.dropLast(name.count)
    let directory = place.isEmpty ? "." : place == "/" ? "" : String(place.dropLast())
    let folder = DataFolder.directory(path: directory, watch: nil)
    guard try folder.has(name) else {
      throw TableExportError("no file '\(request.path)'", fix: "check the path")
    }
    let draft = try await ImportDraft(request, fileName: name, folder, database)
    let definition = draft.definition
    let seeder = DeclarativeSeeder(
      definition: try DefinitionReader.read(
        Array(definition.utf8), path: "Seeders/\(request.id)/\(DeclarativeSeeder.fileName)"), folder: folder)
    let records = try seeder.validate(FixtureStore(files: [:])).records
    return FileImport(
      definition: definition, fileName: name, table: draft.table.description, key: draft.key.columns,
      count: records, checks: definition.split(separator: "// check: ").count - 1, notes: draft.notes,
      createTable: draft.createTable)
  }
}
