public import Postgres
public import SeedKit

/// What an application adds to the command line: settings, options, commands, checks.
///
/// A program composes modules; help, manual page, completions, `config` and the JSON Schema show what they declare
/// beside what is built in.
public struct CommandModule: Sendable {
  /// A command with its body.
  public struct Command: Sendable {
    let spec: CommandSpec
    let run: @Sendable (CommandContext) async throws -> ExitCode

    /// Makes a command.
    ///
    /// - Parameters:
    ///   - spec: its name, options, arguments and subcommands.
    ///   - run: what it does, for its subcommands too: ``CommandContext/path`` tells which was called. An error that
    ///     it throws is worded, and gives the exit code, as for the built-in commands.
    public init(_ spec: CommandSpec, run: @escaping @Sendable (CommandContext) async throws -> ExitCode) {
      self.spec = spec
      self.run = run
    }
  }

  /// An option of a run whose setting only some seeders read: those that have its name in `Seeder.flags`.
  public struct RunOption: Sendable {
    let option: OptionSpec
    let isForCI: Bool

    /// Makes an option of `--all` and of the seeders' flags.
    ///
    /// - Parameters:
    ///   - option: made from the setting's declaration: `OptionSpec(.shelves)`.
    ///   - isForCI: whether `ci` and `ci-local` take it too. True by default.
    public init(_ option: OptionSpec, isForCI: Bool = true) {
      self.option = option
      self.isForCI = isForCI
    }
  }

  /// A check of `doctor`.
  public struct DoctorCheck: Sendable {
    enum Body: Sendable {
      case alone(@Sendable (DoctorContext) async throws -> DoctorVerdict)
      case connected(@Sendable (DoctorContext, PostgresConnection) async throws -> DoctorVerdict)
    }

    let name: DoctorCheckName
    let topic: String?
    let body: Body

    /// Makes a check that needs no connection to the database. It is made beside the others and may take 8 seconds.
    ///
    /// - Parameters:
    ///   - name: its name in the report, in lower case with hyphens.
    ///   - topic: what it looks at, for the help: "the price service". Nil leaves it out there.
    ///   - run: makes it. An error is a failure of the check, in the error's own words.
    public init(
      _ name: String, topic: String? = nil,
      run: @escaping @Sendable (DoctorContext) async throws -> DoctorVerdict
    ) {
      self.name = DoctorCheckName(rawValue: name)
      self.topic = topic
      body = .alone(run)
    }

    /// Makes a check that asks the database, in a read-only transaction with a time limit of 5 seconds for each
    /// statement.
    ///
    /// - Parameters:
    ///   - name: its name in the report, in lower case with hyphens.
    ///   - topic: what it looks at, for the help. Nil leaves it out there.
    ///   - run: makes it. An error is a failure of the check, in the error's own words.
    public init(
      onConnection name: String, topic: String? = nil,
      run: @escaping @Sendable (DoctorContext, PostgresConnection) async throws -> DoctorVerdict
    ) {
      self.name = DoctorCheckName(rawValue: name)
      self.topic = topic
      body = .connected(run)
    }

    var isConnected: Bool {
      if case .connected = body { true } else { false }
    }
  }

  /// What `verify` and `ci` look at beside the rows.
  public struct Verification: Sendable {
    let topic: String
    let run: @Sendable (PostgresConnection) async throws -> [VerificationResult]

    /// Makes a verification.
    ///
    /// - Parameters:
    ///   - topic: what it does, for the help: "looks for references to nothing".
    ///   - run: makes it; nothing for a database that it does not concern. Must only read.
    public init(
      topic: String, run: @escaping @Sendable (PostgresConnection) async throws -> [VerificationResult]
    ) {
      self.topic = topic
      self.run = run
    }
  }

  /// Reads quantities from the database, for `status --metrics`. An error leaves them out.
  public typealias MetricSource = @Sendable (Settings, PostgresConnection) async throws -> [Metric]

  let settings: [AnySettingKey]
  let runOptions: [RunOption]
  let commands: [Command]
  let doctorChecks: [DoctorCheck]
  let verifications: [Verification]
  let metrics: [MetricSource]
  let examples: [String: [CommandSpec.Example]]
  let connectionCounts: [SettingKey<Int>]
  let errorCodes: [ErrorCode]

  /// Makes a module. It adds only what is given.
  ///
  /// - Parameters:
  ///   - settings: the settings, in the order of `config`.
  ///   - runOptions: options of a run for certain seeders.
  ///   - commands: the commands.
  ///   - doctorChecks: the checks of `doctor`, in the order of its report.
  ///   - verifications: what `verify` and `ci` look at beside the rows.
  ///   - metrics: what `status --metrics` writes beside the last runs of the seeders.
  ///   - examples: examples for the help of built-in commands, by the command's name.
  ///   - connectionCounts: settings that say how many connections a seeder opens; `doctor` compares them with what
  ///     the server has left.
  ///   - errorCodes: the codes of the application's errors, for `explain` and its completions.
  public init(
    settings: [AnySettingKey] = [], runOptions: [RunOption] = [], commands: [Command] = [],
    doctorChecks: [DoctorCheck] = [], verifications: [Verification] = [], metrics: [MetricSource] = [],
    examples: [String: [CommandSpec.Example]] = [:], connectionCounts: [SettingKey<Int>] = [],
    errorCodes: [ErrorCode] = []
  ) {
    self.settings = settings
    self.runOptions = runOptions
    self.commands = commands
    self.doctorChecks = doctorChecks
    self.verifications = verifications
    self.metrics = metrics
    self.examples = examples
    self.connectionCounts = connectionCounts
    self.errorCodes = errorCodes
  }
}

/// What a verification found.
public struct VerificationResult: Sendable, Encodable {
  /// What was looked at.
  public let name: String
  /// Whether it is as it should be.
  public let isPassed: Bool
  /// What was found, in a line.
  public let found: String

  /// Describes what was found.
  public init(name: String, isPassed: Bool, found: String) {
    self.name = name
    self.isPassed = isPassed
    self.found = found
  }
}

/// An error that knows the exit code of the command that it ends.
public protocol CommandError: Error {
  /// The exit code.
  var exitCode: ExitCode { get }
}

/// A command that ends with a message of its own.
public struct CommandFailure: CommandError, CodedError {
  let code: ExitCode
  /// The code of the error.
  public let errorCode: ErrorCode
  let message: String
  var fix: String?

  /// The exit code.
  public var exitCode: ExitCode { code }

  /// Describes a failure.
  ///
  /// - Parameters:
  ///   - code: the exit code.
  ///   - errorCode: the code of the error. By default a general one for the exit code.
  ///   - message: what happened, and where.
  ///   - fix: what to do next.
  public init(code: ExitCode, errorCode: ErrorCode? = nil, message: String, fix: String? = nil) {
    self.code = code
    self.errorCode = errorCode ?? code.generalErrorCode
    self.message = message
    self.fix = fix
  }
}

extension [CommandModule] {
  /// All settings of a program with these modules, in the order of `config`.
  var allSettings: [AnySettingKey] {
    AnySettingKey.seeding + flatMap(\.settings) + AnySettingKey.embeddedPostgres
  }

  /// All error codes of a program with these modules.
  var errorCodes: [ErrorCode] { ErrorCode.all + flatMap(\.errorCodes) }

  var runOptions: [OptionSpec] { flatMap(\.runOptions).map(\.option) }

  /// Runs all verifications on a database.
  func verify(_ connection: PostgresConnection) async throws -> [VerificationResult] {
    var results: [VerificationResult] = []
    for verification in flatMap(\.verifications) { results += try await verification.run(connection) }
    return results
  }
}
