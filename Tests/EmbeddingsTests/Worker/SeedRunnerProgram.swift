import Embeddings
import FoundationEssentials
import SeedTesting

/// The built `seed-runner`, run as a person runs it.
enum SeedRunnerProgram {
  static let canary = "canary-2d90-secret"

  /// Beside the test bundle, where SwiftPM puts all that it builds.
  private static var path: String {
    URL(filePath: CommandLine.arguments[0], directoryHint: .notDirectory).deletingLastPathComponent()
      .appending(path: "seed-runner").path
  }

  /// Starts it in an environment of its own, with a service for embeddings if there are options for one.
  static func start(
    _ arguments: [String], url: String, service: OpenAIOptions? = nil, variables: [String: String] = [:]
  ) throws -> ChildProcess {
    var environment = [
      "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "SEED_ENV": "test", "DATABASE_URL": url,
      "CAPACITY_IS_PART_OF_ALL": "false", "EMBEDDING_API_KEY": canary,
    ]
    if let service {
      environment["EMBEDDING_PROVIDER"] = "openai"
      environment["EMBEDDING_BASE_URL"] = service.baseURL
      environment["EMBEDDING_MODEL"] = service.model
      environment["EMBEDDING_DIMENSIONS"] = "\(service.dimensions)"
    }
    return try ChildProcess.start(
      path, arguments, environment: environment.merging(variables) { $1 }, directory: "/")
  }

  /// Runs it to its end.
  static func run(
    _ arguments: String..., url: String, service: OpenAIOptions? = nil, variables: [String: String] = [:]
  ) async throws -> ChildProcess.End {
    try await start(arguments, url: url, service: service, variables: variables).wait()
  }
}
