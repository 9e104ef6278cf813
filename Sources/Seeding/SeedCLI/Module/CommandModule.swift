import Basics
public import Postgres
public import SeedKit

/// The settings, options, commands and checks that an application adds to its program.
///
/// Help, manual page, completions, `config` and the JSON Schema include the declarations of all modules.
public struct CommandModule: Sendable {
  /// A command and its implementation.
  public struct Command: Sendable {
    let spec: CommandSpec
    let run: @Sendable (CommandContext) async throws -> ExitCode

    /// Creates a command.
    ///
    /// - Parameters:
    ///   - spec: the name, options, arguments and subcommands.
    ///   - run: Runs the command or one of its subcommands, which ``CommandContext/path`` names. Errors are printed and
    ///     mapped to exit codes as for built-in commands.
    public init(_ spec: CommandSpec, run: @escaping @Sendable (CommandContext) async throws -> ExitCode) {
      self.spec = spec
      self.run = run
    }
  }

  /// An option of a run for certain seeders: those with its name in `Seeder.flags`.
  public struct RunOption: Sendable {
    let option: OptionSpec
    let isForCI: Bool

    /// Creates an option of a run.
    ///
    /// - Parameters:
    ///   - option: the option, usually of a setting: `OptionSpec(.shelves)`.
    ///   - isForCI: whether `ci` and `ci-local` also accept it. Default: true.
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

    /// Creates a check that needs no database connection. It runs concurrently with others, for at most 8 seconds.
    ///
    /// - Parameters:
    ///   - name: the name in the report, in lower case with hyphens.
    ///   - topic: The subject for the help, such as "the price service". If nil, the help does not mention it.
    ///   - run: Runs the check. A thrown error becomes a failure with the error's message.
    public init(
      _ name: String, topic: String? = nil,
      run: @escaping @Sendable (DoctorContext) async throws -> DoctorVerdict
    ) {
      self.name = DoctorCheckName(rawValue: name)
      self.topic = topic
      body = .alone(run)
    }

    /// Creates a check that queries the database, in a read-only transaction with a time limit of 5 seconds per
    /// statement.
    ///
    /// - Parameters:
    ///   - name: the name in the report, in lower case with hyphens.
    ///   - topic: The subject for the help. If nil, the help does not mention it.
    ///   - run: Runs the check. A thrown error becomes a failure with the error's message.
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

  /// A check that `verify` and `ci` run in addition to comparing rows.
  public struct Verification: Sendable {
    let topic: String
    let run: @Sendable (PostgresConnection) async throws -> [VerificationResult]

    /// Creates a verification.
    ///
    /// - Parameters:
    ///   - topic: what it does, as a verb phrase for the help: "looks for dangling references".
    ///   - run: Runs the verification, which must not write. Returns no results if it does not apply to the database.
    public init(
      topic: String, run: @escaping @Sendable (PostgresConnection) async throws -> [VerificationResult]
    ) {
      self.topic = topic
      self.run = run
    }
  }

  /// Reads metrics from the database for `status --metrics`. If it throws an error of the server, its metrics are
  /// omitted.
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
  let scaleOut: ScaleOutDeclaration?

  /// Creates a module. All parts are optional.
  ///
  /// - Parameters:
  ///   - settings: the settings, in the order of `config`.
  ///   - runOptions: options of a run for certain seeders.
  ///   - commands: the commands.
  ///   - doctorChecks: the checks of `doctor`, in the order of its report.
  ///   - verifications: the checks that `verify` and `ci` run in addition to comparing rows.
  ///   - metrics: the metrics that `status --metrics` prints in addition to the last runs.
  ///   - examples: examples for the help of built-in commands, by the command's name.
  ///   - connectionCounts: the settings for the number of connections of a seeder. `doctor` compares them with the free
  ///     connections of the server.
  ///   - errorCodes: the codes of the application's errors, for `explain` and its completions.
  ///   - scaleOut: the tables that `scale-out` distributes over the nodes of a cluster.
  public init(
    settings: [AnySettingKey] = [], runOptions: [RunOption] = [], commands: [Command] = [],
    doctorChecks: [DoctorCheck] = [], verifications: [Verification] = [], metrics: [MetricSource] = [],
    examples: [String: [CommandSpec.Example]] = [:], connectionCounts: [SettingKey<Int>] = [],
    errorCodes: [ErrorCode] = [], scaleOut: ScaleOutDeclaration? = nil
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
    self.scaleOut = scaleOut
  }
}

/// The result of a verification.
public struct VerificationResult: Sendable, Encodable {
  /// The name of the verification.
  public let name: String
  /// Whether the verification passed.
  public let isPassed: Bool
  /// What was found, in one line.
  public let found: String

  /// Creates a result.
  public init(name: String, isPassed: Bool, found: String) {
    self.name = name
    self.isPassed = isPassed
    self.found = found
  }
}

/// An error with an exit code for the command that it ends.
public protocol CommandError: Error {
  /// The exit code.
  var exitCode: ExitCode { get }
}

/// An error with a message, a fix and an exit code.
public struct CommandFailure: CommandError, CodedError {
  let code: ExitCode
  /// The code of the error.
  public let errorCode: ErrorCode
  let message: String
  var fix: String?

  /// The exit code.
  public var exitCode: ExitCode { code }

  /// Creates a failure.
  ///
  /// - Parameters:
  ///   - code: the exit code.
  ///   - errorCode: the code of the error. By default a general one for the exit code.
  ///   - message: the problem and its place.
  ///   - fix: what to do about it; nil if there is no advice.
  public init(code: ExitCode, errorCode: ErrorCode? = nil, message: String, fix: String? = nil) {
    self.code = code
    self.errorCode = errorCode ?? code.generalErrorCode
    // It may quote arguments, settings and names.
    self.message = TerminalText.line(message)
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

  /// Runs the verifications of all modules.
  func verify(_ connection: PostgresConnection) async throws -> [VerificationResult] {
    var results: [VerificationResult] = []
    for verification in flatMap(\.verifications) { results += try await verification.run(connection) }
    return results
  }
}
