import FoundationEssentials
import SeedKit

/// `seed-runner new NAME`: creates a declarative seeder, from a data file or to start from, or with `--swift` one in
/// Swift.
struct NewCommand {
  let session: Session

  private struct Result: Encodable {
    let seeder: String
    let created: [String]
    /// The number of guesses to check; null without a file.
    let checks: Int?
    let next: [NextSteps.Step]
  }

  /// The folder in which seeders are found without an option.
  private static let standardFolder = "Seeders"

  func run() async throws -> ExitCode {
    let name = session.command.arguments[0]
    guard let id = SeederID(rawValue: name) else {
      throw CommandFailure(
        code: .usage, message: "'\(name)' is not a valid seeder id",
        fix: "use lowercase letters, digits and hyphens, such as 'price-lists'")
    }
    guard try session.registry()[id] == nil else {
      throw CommandFailure(
        code: .refused, errorCode: .duplicateSeeder,
        message: "the seeder '\(id)' already exists; nothing was written",
        fix: "choose another name")
    }
    if session.command.has("swift") {
      for line in try SwiftScaffold(id: id, project: session.invocation.project.path).write() {
        session.console.answer(line)
      }
    } else if let path = session.command.value(of: "from") {
      try await write(id, from: try NewSource(path, program: session.invocation.program.name))
    } else {
      try await writeEmpty(id)
    }
    return .success
  }

  private func folder(of id: SeederID) -> SeederFolder {
    SeederFolder(path: session.command.value(of: "output") ?? "\(Self.standardFolder)/\(id)")
  }

  /// The value of `--seeders-path` for a folder; nil if it is not needed.
  private func searchPath(_ folder: SeederFolder) -> String? {
    let given = session.command.value(of: "seeders-path")
    return folder.path.hasPrefix("\(Self.standardFolder)/") ? given : given ?? folder.path
  }

  // MARK: From a file

  private func write(_ id: SeederID, from source: NewSource) async throws {
    let folder = folder(of: id)
    if let owner = source.owner {
      throw CommandFailure(
        code: .usage, errorCode: .unusablePath,
        message: "'\(source.path)' already belongs to the seeder in \(owner)",
        fix: "edit its \(DeclarativeSeeder.fileName), or copy the file to another folder")
    }
    if !source.isIn(folder.path) { try folder.checkAbsent() }
    let request = FileImport.Request(
      path: source.path, id: id, table: session.command.value(of: "table"),
      key: session.command.values(of: "key"))
    let (found, problem) = try await ProjectTables(session: session).with { database in
      try await FileImport.read(request, from: database)
    }
    let script = found.createTable == nil ? nil : "\(folder.path)/table.sql"
    var files = NewFiles(root: folder.path)
    // The definition last: without it, the folder is not a seeder.
    let written = try files.write(
      [.init(path: found.fileName, content: .copy(of: source.path))]
        + (found.createTable.map { [.init(path: "table.sql", content: .text($0))] } ?? [])
        + [.init(path: DeclarativeSeeder.fileName, content: .text(found.definition))])
    var notes = found.notes
    if script != nil, request.table != nil {
      notes.insert("no table '\(found.table)' in the database; table.sql creates it", at: 0)
    }
    if let problem { notes.append(ProjectTables.note(problem)) }
    let definition = "\(folder.path)/\(DeclarativeSeeder.fileName)"
    let checks = found.checks + (script == nil ? 0 : 1)
    if checks > 0 {
      let places = [definition, script].compactMap(\.self).joined(separator: " and ")
      let count = checks == 1 ? "1 guess" : "\(checks) guesses"
      notes.append("\(count) to review, marked 'check:' in \(places)")
    }
    for note in notes { session.console.progress("note: \(note)") }
    let details = [
      found.fileName: ": \(Text.count(found.count, "record")) of \(source.path)",
      DeclarativeSeeder.fileName: ": table \(found.table), key \(found.key.joined(separator: ", "))",
    ]
    try answer(
      id, folder, written.filter(\.isCreated).map { ($0.path, details[$0.path] ?? "") }, checks: checks,
      NextSteps(session: session).steps(
        for: id, in: searchPath(folder), statement: script, isOffline: problem != nil))
  }

  // MARK: Without a file

  private func writeEmpty(_ id: SeederID) async throws {
    let table = session.command.value(of: "table") ?? id.rawValue.split(separator: "-").joined(separator: "_")
    let folder = folder(of: id)
    try folder.checkAbsent()
    let (draft, problem) = try await ProjectTables(session: session).with { database in
      try await EmptySeeder.read(id, table: table, from: database)
    }
    try folder.write([
      (DeclarativeSeeder.fileName, draft.definition), (draft.fileName, draft.header + "\n"),
    ])
    if let problem { session.console.progress("note: \(ProjectTables.note(problem))") }
    if let missing = draft.missing { session.console.progress("note: \(missing)") }
    let detail = draft.isFound ? ": the columns of \(table)" : ": name the columns in the first line"
    try answer(
      id, folder, [(DeclarativeSeeder.fileName, ""), (draft.fileName, detail)], checks: nil,
      [.init("Add records to \(folder.path)/\(draft.fileName)")]
        + NextSteps(session: session).steps(
          for: id, in: searchPath(folder), missing: draft.missing == nil ? nil : table,
          isOffline: problem != nil))
  }

  private func answer(
    _ id: SeederID, _ folder: SeederFolder, _ created: [(path: String, detail: String)], checks: Int?,
    _ steps: [NextSteps.Step]
  ) throws {
    let console = session.console
    guard !session.isJSON else {
      return try console.answer(
        json: Result(
          seeder: id.rawValue, created: created.map { "\(folder.path)/\($0.path)" }, checks: checks,
          next: steps))
    }
    for (path, detail) in created { console.answer("created \(folder.path)/\(path)\(detail)") }
    console.answer("")
    NextSteps(session: session).answer(steps)
  }
}
