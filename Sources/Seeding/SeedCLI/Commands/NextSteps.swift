import Basics
import FoundationEssentials
import Postgres
import SeedKit

/// The next steps after `init` and `new`, as commands that can be pasted.
struct NextSteps {
  /// A step.
  struct Step: Encodable {
    let summary: String
    /// Several commands to choose from, or none if the step is not a command.
    let commands: [String]

    init(_ summary: String, _ commands: String...) {
      self.summary = summary
      self.commands = commands
    }

    init(_ summary: String, oneOf commands: [String]) {
      self.summary = summary
      self.commands = commands
    }
  }

  let session: Session

  private static let suggestionLimit = 5
  private static let exampleFile = "nations.csv"

  /// Prints steps.
  func answer(_ steps: [Step]) {
    let console = session.console
    console.answer("Next:")
    for step in steps {
      console.answer("  \(step.summary)\(step.commands.isEmpty ? "" : ":")")
      for command in step.commands { console.answer("    \(command)") }
    }
  }

  /// The steps after creating a seeder.
  ///
  /// - Parameters:
  ///   - folder: its folder; nil if seeders are found there anyway.
  ///   - statement: the path of a script that creates the table; nil if the table exists or is not known.
  ///   - missing: the name of a table that the user must create first; nil otherwise.
  ///   - isOffline: whether the database is unreachable.
  func steps(
    for id: SeederID, in folder: String?, statement: String? = nil, missing: String? = nil, isOffline: Bool
  ) -> [Step] {
    var steps = setting
    if isOffline { steps.append(Step(Self.unreachable, line("doctor"))) }
    if let statement { steps.append(Step("Create the table, with other types if you like", psql(statement))) }
    if let missing { steps.append(Step("Create the table \(missing)")) }
    // A seeder with the name of an option has no flag.
    let isReserved = SeedRunnerCommand.reservedNames(
      session.invocation.spec.tree.flatMap(\.command.options).filter { $0.group != .seeders }
    ).contains(id.rawValue)
    let place = folder.map { ["--seeders-path", $0] } ?? []
    return steps + [
      Step("Show what a run would change", line(["plan", id.rawValue] + place)),
      Step("Seed the table", line((isReserved ? ["--only", id.rawValue] : ["--\(id)"]) + place)),
    ]
  }

  /// The steps after setting up a project.
  func steps(for suggestions: ProjectTables.Suggestions) throws -> [Step] {
    let program = session.invocation.program.name
    let another = Step("Create a seeder with '\(program) new NAME --from FILE' or '\(program) export TABLE'")
    if case .unreachable = suggestions { return setting + [Step(Self.unreachable, line("doctor")), another] }
    if case .tables(let found) = suggestions {
      let registry = try session.registry()
      let commands = found.tables.lazy.compactMap { table -> String? in
        guard let id = SeederID(rawValue: SeederID.proposal(for: table)) else { return nil }
        return line(["export", table] + (registry[id] == nil ? [] : ["--id", "my-\(id)"]))
      }.prefix(Self.suggestionLimit)
      if !commands.isEmpty {
        let all = found.total > commands.count ? ", or from another of \(found.total) tables" : ""
        return setting + [
          Step("Create a seeder from one of these tables\(all)", oneOf: Array(commands)), another,
        ]
      }
    }
    let seeders = session.invocation.discovery.seeders.map(\.id.rawValue)
    guard seeders.isEmpty else {
      return [Step("Show what a run would change", line(["plan"] + seeders)), another]
    }
    let create = Step("Create a seeder from the file", line("new", "nations", "--from", Self.exampleFile))
    guard !FileManager.default.fileExists(atPath: Self.exampleFile) else { return [create] }
    let reason =
      if case .noDatabase = suggestions {
        "No database is configured. Set DATABASE_URL, or try the embedded PostgreSQL with a file"
      } else {
        "The database has no table to create a seeder from. Create a file, such as"
      }
    return [Step(reason, #"printf 'code,name\nNO,Norway\nSE,Sweden\n' > "# + Self.exampleFile), create]
  }

  /// The step that makes the other commands use the same database.
  private var setting: [Step] {
    guard case .flag = session.settings.source(of: .databaseURL), givenURL == nil else { return [] }
    return [Step("Set DATABASE_URL to the value of --database-url, whose password is not repeated here")]
  }

  private static let unreachable = "Find out why the database cannot be reached"

  /// A command line of this program with the options of this call that select project and database.
  private func line(_ words: String...) -> String { line(words) }

  private func line(_ words: [String]) -> String {
    let command = session.command
    var words = [session.programPath] + words
    for option in ["env", "config-path", "project-path"] {
      if let value = command.value(of: option) { words += ["--\(option)", value] }
    }
    if let isOn = command.flag("built-in") { words.append(isOn ? "--built-in" : "--no-built-in") }
    if let url = givenURL { words += ["--database-url", url] }
    return words.map(ShellWord.quoted).joined(separator: " ")
  }

  /// The URL of `--database-url`; nil if it is not set, or contains a password, which is never printed.
  private var givenURL: String? {
    guard case .flag = session.settings.source(of: .databaseURL),
      let url = session.settings[.databaseURL]?.value,
      (try? PostgresConfiguration(url: url))?.password == nil
    else { return nil }
    return url
  }

  private func psql(_ path: String) -> String {
    let file = ShellWord.quoted(path)
    guard (try? session.externalConfiguration()) != nil else {
      return line("db", "psql") + " -- -f \(file)"
    }
    if let givenURL { return "psql \(ShellWord.quoted(givenURL)) -f \(file)" }
    switch session.settings.source(of: .databaseURL) {
    case .file:
      let url = session.settings[.databaseURL]?.value ?? ""
      guard (try? PostgresConfiguration(url: url))?.password == nil else { break }
      return "psql \(ShellWord.quoted(url)) -f \(file)"
    case .flag, .variable: break
    case .default, .impliedByCI: return "psql -f \(file)"
    }
    return "psql \"$DATABASE_URL\" -f \(file)"
  }
}
