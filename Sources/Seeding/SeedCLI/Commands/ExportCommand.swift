import FoundationEssentials
import Postgres
import SeedKit

/// `seed-runner export TABLE…`: writes a declarative seeder from the rows of tables.
struct ExportCommand {
  let session: Session

  private struct Result: Encodable {
    let seeder: String
    let directory: String
    let rows: Int
  }

  func run() async throws -> ExitCode {
    let command = session.command
    let tables = command.arguments
    let key = command.values(of: "key")
    let columns = command.values(of: "columns")
    guard tables.count == 1 || (key.isEmpty && columns.isEmpty) else {
      throw CommandFailure(
        code: .usage, message: "--key and --columns require exactly one table",
        fix: "omit them: each table is exported with its own natural key")
    }
    let id = try SeederID(option: command.value(of: "id"), for: tables[0])
    let folder = command.value(of: "output") ?? "Seeders/\(id)"
    let scaffold = SeederFolder(path: folder)
    try scaffold.checkAbsent()
    let export = try await session.export(
      tables.map { .init(table: $0, key: key, columns: columns) }, id: id)
    try scaffold.write([(DeclarativeSeeder.fileName, export.definition)] + export.files)
    for note in export.notes { session.console.progress("note: \(note)") }
    if session.isJSON {
      try session.console.answer(json: Result(seeder: id.rawValue, directory: folder, rows: export.count))
    } else {
      session.console.answer(
        "wrote \(Text.count(export.count, "row")) of \(tables.joined(separator: ", ")) as the seeder '\(id)' "
          + "to \(folder)")
    }
    return .success
  }
}

extension Session {
  /// Reads tables as a seeder.
  ///
  /// - Throws: `TableExportError`; `PostgresError`.
  func export(_ requests: [TableExport.Request], id: SeederID) async throws -> TableExport {
    let seeders = try registry().seeders
    let database = try await database()
    return try await PostgresConnection.with(database.configuration) { connection in
      try await TableExport.read(requests, id: id, seeders: seeders, on: connection)
    }
  }
}

/// A folder to which a command writes a seeder's files.
struct SeederFolder {
  let path: String

  /// Checks that the path does not exist, because existing files are never overwritten.
  ///
  /// - Throws: `CommandFailure` if it exists.
  func checkAbsent() throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    throw CommandFailure(
      code: .refused, errorCode: .unusablePath, message: "\(path) already exists; nothing was written",
      fix: "remove it, or choose another folder with --output")
  }

  /// Creates the folder and writes the files.
  ///
  /// - Throws: `CommandFailure` if a file cannot be written.
  func write(_ files: [(name: String, text: String)]) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (name, text) in files {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"), options: .atomic)
      }
    } catch {
      throw CommandFailure(
        code: .internalFault, errorCode: .unusablePath, message: "cannot write to \(path): \(error)")
    }
  }
}
