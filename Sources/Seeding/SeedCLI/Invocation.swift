import EmbeddedPostgres
import FoundationEssentials
import Migrations
import Postgres
import SeedKit
import Threads

/// The execution of one command line.
struct Invocation: Sendable {
  let program: SeedProgram
  let spec: CommandSpec
  let command: ParsedCommand
  let environment: [String: String]
  let discovery: SeederDiscovery
  let console: Console
  /// The id of the run in the log, the report and the history.
  let runID: UUID

  /// Runs the command and prints its errors.
  ///
  /// - Returns: the exit code.
  func run() async -> ExitCode {
    var console = console
    console.isQuiet = command.has("quiet")
    console.isDebug = command.has("debug")
    do {
      if let code = try immediate(console) { return code }
      if command.path == ["doctor"] { return try await doctor(console) }
      let settings = try loadSettings()
      console.isDebug = settings[.debug]
      let session = Session(invocation: self, settings: settings, console: console)
      return try await session.run()
    } catch is CancellationError {
      let message = "interrupted; open transactions are rolled back"
      console.tell(LogEvent(.interrupted).with(.message, message), text: message)
      return .internalFault
    } catch {
      return console.end(with: error)
    }
  }

  /// Runs commands that need neither settings nor a database.
  ///
  /// - Returns: the exit code; nil if it is another command.
  private func immediate(_ console: Console) throws -> ExitCode? {
    if command.isHelpRequested {
      let help = HelpFormatter(width: Terminal.width)
      console.answer(
        document: command.isHelpBrief
          ? help.brief(for: command.path, in: spec) : help.text(for: command.path, in: spec))
      return .success
    }
    if command.isVersionRequested {
      try VersionCommand(program: program.name).answer(console, isJSON: command.value(of: "format") == "json")
      return .success
    }
    if command.path == ["config"], command.has("schema") {
      // The console adds a line break, so that the output equals the file.
      console.answer(document: String(try ConfigurationSchema.text(of: program.settings).dropLast()))
      return .success
    }
    if command.path == ["man"] {
      console.answer(
        document: ManualPage(
          settings: try Settings.load(
            flags: [:], environment: [:], configDirectory: nil, keys: program.settings)
        ).text(for: spec))
      return .success
    }
    if command.path == ["explain"] {
      console.answer(
        document: ExplainCommand.text(for: command.arguments, known: program.modules.errorCodes))
      return .success
    }
    if command.path == ["completions"] {
      console.answer(document: try CompletionsCommand.script(shell: command.arguments.first, spec: spec))
      return .success
    }
    return nil
  }

  /// Runs `doctor` even if the configuration is invalid, because `doctor` reports its faults.
  private func doctor(_ console: Console) async throws -> ExitCode {
    let (settings, faults) = Settings.read(
      flags: command.settingFlags(program.settings), environment: environment,
      configDirectory: configDirectory, keys: program.settings)
    var console = console
    console.isDebug = settings[.debug]
    let session = Session(invocation: self, settings: settings, console: console)
    return try await DoctorCommand(session: session, faults: faults).run()
  }

  private var configDirectory: String? { command.value(of: "config-path") ?? project.configDirectory }

  private func loadSettings() throws -> Settings {
    do {
      return try Settings.load(
        flags: command.settingFlags(program.settings), environment: environment,
        configDirectory: configDirectory, keys: program.settings)
    } catch let error as ConfigurationError where error.faults.allSatisfy({ $0.place.hasPrefix("--") }) {
      // All faults are in flags, so this is a usage error.
      throw CommandFailure(code: .usage, message: "\(error)")
    }
  }

  /// The project folder, which contains the configuration and the embedded database.
  var project: ProjectDirectory {
    ProjectDirectory(
      explicit: command.value(of: "project-path"), environment: environment,
      searchesParents: command.path != ["init"])
  }
}

/// A command with its settings and its console.
struct Session: Sendable {
  let invocation: Invocation
  let settings: Settings
  let console: Console
  private let known = Lock<SeederRegistry?>(nil)

  init(invocation: Invocation, settings: Settings, console: Console) {
    self.invocation = invocation
    self.settings = settings
    self.console = console
  }

  var command: ParsedCommand { invocation.command }
  /// The name of the program, for messages that show a command line.
  var programName: String { invocation.program.name }
  var isJSON: Bool { command.value(of: "format") == "json" }

  func run() async throws -> ExitCode {
    do {
      return try await runCommand()
    } catch let error as MigrationError {
      throw explained(error)
    }
  }

  private func runCommand() async throws -> ExitCode {
    let name = command.path.first ?? ""
    if let body = Self.bodies[name] { return try await body(self) }
    guard let added = invocation.program.modules.flatMap(\.commands).first(where: { $0.spec.name == name })
    else { throw CommandFailure(code: .internalFault, message: "command '\(name)' has no body") }
    return try await added.run(CommandContext(self))
  }

  /// The built-in commands that need settings. The empty name is a run.
  private static let bodies: [String: @Sendable (Session) async throws -> ExitCode] = [
    "": { try await RunCommand(session: $0).run() },
    "ci": { try await CICommand(session: $0).run() },
    "ci-local": { try await CICommand(session: $0).run() },
    "template": { try await TemplateCommand(session: $0).run() },
    "list": { try ListCommand(session: $0).run() },
    "status": { try await StatusCommand(session: $0).run() },
    "lint": { try LintCommand(session: $0).run() },
    "plan": { try await PlanCommand(session: $0).run() },
    "verify": { try await VerifyCommand(session: $0).run() },
    "reset": { try await ResetCommand(session: $0).run() },
    "why": { try await WhyCommand(session: $0).run() },
    "export": { try await ExportCommand(session: $0).run() },
    "generate": { try await GenerateCommand(session: $0).run() },
    "new": { try await NewCommand(session: $0).run() },
    "init": { try await InitCommand(session: $0).run() },
    "config": { try ConfigCommand(session: $0).run() },
    "migrate": { try await MigrateCommand(session: $0).run() },
    "db": { try await DatabaseCommand(session: $0).run() },
    "scale-out": { try await ScaleOutCommand(session: $0).run() },
  ]

  /// The built-in seeders and those found in folders. The registry is built once.
  ///
  /// - Throws: `CommandFailure` if a folder of `--seeders-path` does not exist; `SeedPlanError`; `ConfigurationError`.
  func registry() throws -> SeederRegistry {
    if let failure = invocation.discovery.failure { throw failure }
    return try known.withLock { known in
      if let known { return known }
      let registry = try invocation.discovery.registry(
        invocation.program.catalog(settings), settings: settings)
      known = registry
      return registry
    }
  }
}
