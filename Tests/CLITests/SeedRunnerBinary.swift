import FoundationEssentials
import SeedTesting

/// Runs the built program as a user would.
enum SeedRunnerBinary {
  /// The path of the program, in SwiftPM's build folder next to the test bundle.
  static var path: String {
    let bundle = URL(filePath: CommandLine.arguments[0], directoryHint: .notDirectory)
    return bundle.deletingLastPathComponent().appending(path: "seed-runner").path
  }

  static let canary = "canary-7f3e-secret"

  /// Where Scripts/setup puts PostgreSQL for a user who is not root.
  static var dataHome: String? {
    let caller = ProcessInfo.processInfo.environment
    return caller["XDG_DATA_HOME"] ?? caller["HOME"].map { $0 + "/.local/share" }
  }

  struct Result: Sendable {
    let exitCode: Int32
    let output: String
    let errors: String
  }

  /// Runs the program to the end in a clean environment. Only the path of the embedded PostgreSQL is inherited.
  static func run(
    _ arguments: String..., url: String? = nil, variables: [String: String] = [:]
  ) async throws -> Result {
    let process = try start(arguments, url: url, variables: variables)
    let end = try await process.wait()
    return Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
  }

  static func start(
    _ arguments: [String], url: String? = nil, variables: [String: String] = [:], directory: String = "/"
  ) throws -> ChildProcess {
    var environment = [
      "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "SEED_ENV": "test",
      // Only tests of capacity data enable it.
      "CAPACITY_IS_PART_OF_ALL": "false",
    ]
    // Where Scripts/setup installs PostgreSQL for a user other than root.
    environment["XDG_DATA_HOME"] = dataHome
    environment["DATABASE_URL"] = url
    environment.merge(variables) { $1 }
    return try ChildProcess.start(path, arguments, environment: environment, directory: directory)
  }
}
