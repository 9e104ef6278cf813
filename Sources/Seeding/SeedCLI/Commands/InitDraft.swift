import EmbeddedPostgres
import FoundationEssentials
import Postgres
import SeedKit

/// The first seeder of `init`, before it is written.
struct InitDraft {
  let id: SeederID
  /// Its files below the project's folder, the definition last: without it, the folder is not a seeder.
  let files: [NewFiles.File]
  /// Texts to append to the line of a file, given whether it was created or kept.
  var details: [String: @Sendable (Bool) -> String] = [:]
  var notes: [String] = []
  /// The statement that creates the table; nil if it exists.
  var createTable: String?
  /// Whether the database is unreachable.
  var isOffline = false

  /// Reads the table or the file. All errors are found here, before anything is written.
  ///
  /// - Throws: `CommandFailure`, `TableExportError`, `FixtureError`, `PostgresError`.
  init(from text: String, root: String, session: Session) async throws {
    let command = session.command
    let source = try InitSource(text)
    if case .table = source, command.value(of: "table") != nil {
      throw CommandFailure(
        code: .usage, message: "--table names the table of a file, and '\(text)' is not a file",
        fix: "omit --table")
    }
    var id = try SeederID(option: command.value(of: "id"), for: source.name)
    let folder = "Seeders/\(id)"
    let definition = "\(folder)/\(DeclarativeSeeder.fileName)"
    if FileManager.default.fileExists(atPath: "\(root)/\(definition)") {
      let names = try Self.existing("\(root)/\(folder)", shown: folder, source, command, id: &id)
      self.id = id
      files = (names + [DeclarativeSeeder.fileName]).map {
        .init(path: "\(folder)/\($0)", content: .text(""))
      }
      if case .file(let path) = source, let name = names.first,
        !FileManager.default.contentsEqual(atPath: path, andPath: "\(root)/\(folder)/\(name)")
      {
        details["\(folder)/\(name)"] = { _ in ", which differs from \(path)" }
      }
      return
    }
    if case .file(let path) = source, let owner = InitSource.seeder(holding: path) {
      throw CommandFailure(
        code: .usage, errorCode: .unusablePath,
        message: "'\(path)' already belongs to the seeder in \(owner)",
        fix: "edit its \(DeclarativeSeeder.fileName), or copy the file to another folder")
    }
    guard try session.registry()[id] == nil else {
      let isFound = session.invocation.discovery.seeders.contains { $0.id == id }
      throw CommandFailure(
        code: .refused, errorCode: .duplicateSeeder,
        message: (isFound ? "the seeder '\(id)' already exists" : "'\(id)' is the id of a built-in seeder")
          + "; nothing was written",
        fix: "choose another id, such as --id my-\(id)")
    }
    self.id = id
    let key = command.values(of: "key")
    let database = InitDatabase(session: session)
    switch source {
    case .table(let table):
      let export = try await database.export(.init(table: table, key: key), id: id)
      files =
        export.files.map { .init(path: "\(folder)/\($0.name)", content: .text($0.text)) }
        + [.init(path: definition, content: .text(export.definition))]
      notes = export.notes
      if let data = files.first?.path {
        let rows = Text.count(export.count, "row")
        details[data] = { $0 ? ": \(rows) of \(table)" : "" }
      }
    case .file(let path):
      let request = FileImport.Request(path: path, id: id, table: command.value(of: "table"), key: key)
      let (found, problem) = try await database.importing(request)
      let data = "\(folder)/\(found.fileName)"
      files = [
        .init(path: data, content: .copy(of: path)),
        .init(path: definition, content: .text(found.definition)),
      ]
      notes = found.notes
      isOffline = problem != nil
      if let problem { notes.append(InitDatabase.note(problem)) }
      if found.isKeyGuessed {
        notes.append(
          "the key is the first field, because "
            + (isOffline ? "the table is not known" : "the table does not exist")
            + "; edit \(definition) to change it"
        )
      }
      createTable = found.createTable
      let key = found.key.joined(separator: ", ")
      details[data] = { $0 ? ": \(Text.count(found.count, "record")) copied from \(path)" : "" }
      details[definition] = { $0 ? ": table \(found.table), key \(key)" : "" }
    }
  }

  /// Checks that an existing seeder is the requested one, as in a second run.
  ///
  /// - Parameter id: set to the id of the existing seeder, which may differ from the name of its folder.
  /// - Returns: the names of the requested data files in the folder.
  private static func existing(
    _ folder: String, shown: String, _ source: InitSource, _ command: ParsedCommand, id: inout SeederID
  ) throws -> [String] {
    let seeder = try DeclarativeSeeder(directory: folder)
    let isSame: Bool
    var names: [String] = []
    switch source {
    case .table(let table):
      isSame = seeder.definition.fills(table)
      names = isSame ? seeder.definition.dataFiles : []
    case .file(let path):
      names = seeder.definition.dataFiles.filter { path == $0 || path.hasSuffix("/\($0)") }
      isSame = !names.isEmpty
    }
    guard isSame else {
      throw CommandFailure(
        code: .refused, errorCode: .unusablePath,
        message: "\(shown) already exists, for other data; nothing was written",
        fix: "choose another id with --id")
    }
    let table = if case .table(let name) = source { name } else { command.value(of: "table") }
    let differences = seeder.definition.differences(
      file: names.first, table: table, key: command.values(of: "key"))
    guard differences.isEmpty else {
      throw CommandFailure(
        code: .refused, errorCode: .unusablePath,
        message:
          "\(shown) already exists, with \(differences.joined(separator: " and ")); nothing was written",
        fix: "edit \(shown)/\(DeclarativeSeeder.fileName), or choose another id with --id")
    }
    id = seeder.id
    return names.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
  }
}

/// Access to the database for `init`.
struct InitDatabase {
  let session: Session

  /// What to suggest without `--from`.
  enum Suggestions {
    case tables(TableSuggestions)
    /// No database is configured, and the embedded one does not exist yet.
    case noDatabase
    case unreachable(String)
  }

  static func note(_ problem: String) -> String { "the database cannot be reached: \(problem)" }

  private var isEmpty: Bool {
    get throws { try session.externalConfiguration() == nil && session.embeddedPostgres.folder == nil }
  }

  /// Reads a table as `export` does.
  func export(_ request: TableExport.Request, id: SeederID) async throws -> TableExport {
    guard try !isEmpty else {
      throw CommandFailure(
        code: .usage, errorCode: .missingTable,
        message: "no database is configured, and the embedded PostgreSQL has no tables yet",
        fix:
          "set DATABASE_URL to the database with the table; a file is named with its ending, such as data.csv"
      )
    }
    return try await session.export([request], id: id)
  }

  /// Creates a seeder from a file, with the table of the database if it is reachable.
  ///
  /// - Returns: the seeder, and why the database is unreachable; nil if it is not.
  func importing(_ request: FileImport.Request) async throws -> (FileImport, problem: String?) {
    if try isEmpty { return (try await FileImport.read(request, from: .empty), nil) }
    let connection: PostgresConnection
    do {
      connection = try await connect()
    } catch let error as PostgresError {
      return (try await FileImport.read(request, from: .unknown), error.message)
    }
    do {
      let found = try await FileImport.read(request, from: .connected(connection))
      await connection.close()
      return (found, nil)
    } catch {
      await connection.close()
      throw error
    }
  }

  /// Looks for tables to start with.
  func suggestions() async throws -> Suggestions {
    if try isEmpty { return .noDatabase }
    let seeders = try session.registry().seeders
    let connection: PostgresConnection
    do {
      connection = try await connect()
    } catch let error as PostgresError {
      return .unreachable(error.message)
    }
    do {
      let tables = try await TableSuggestions.read(among: seeders, on: connection)
      await connection.close()
      return .tables(tables)
    } catch {
      await connection.close()
      throw error
    }
  }

  private func connect() async throws -> PostgresConnection {
    try await PostgresConnection.connect(try await session.database().configuration)
  }
}
