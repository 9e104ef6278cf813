import Embeddings
import FoundationEssentials
import SeedTesting

/// The built program `seed-runner`, run as a user runs it.
enum SeedRunnerProgram {
  static let canary = "canary-2d90-secret"

  /// In the folder of the test bundle, where SwiftPM puts all products.
  private static var path: String {
    URL(filePath: CommandLine.arguments[0], directoryHint: .notDirectory).deletingLastPathComponent()
      .appending(path: "seed-runner").path
  }

  /// Starts the program with a clean environment, and with the embedding service of the options, if given.
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

  /// Runs the program until it ends.
  static func run(
    _ arguments: String..., url: String, service: OpenAIOptions? = nil, variables: [String: String] = [:]
  ) async throws -> ChildProcess.End {
    try await start(arguments, url: url, service: service, variables: variables).wait()
  }
}
