import FoundationEssentials
import SeedTesting
import Threads

/// `Benchmarks/retrieval/serve.py`, a server with OpenAI's API, in a process of its own.
enum ModelService {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// The Python with the real model. `Scripts/setup --tests` installs it.
  static let python = "\(root)/.build/benchmark-retrieval/bin/python"

  struct NotStarted: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts the server, passes its URL to `body`, and stops it.
  static func with<Result>(
    _ arguments: [String] = [], python: String = python, variables: [String: String] = [:],
    _ body: (String) async throws -> Result
  ) async throws -> Result {
    try await TemporaryFolder.with { folder in
      let port = try RawListener.freePort()
      let process = try ChildProcess.start(
        python, ["\(root)/Benchmarks/retrieval/serve.py", "--port", "\(port)"] + arguments,
        environment: ["PATH": "/usr/bin:/bin"].merging(variables) { $1 }, directory: folder.path)
      let ended = Lock(false)
      let end = Task {
        defer { ended.withLock { $0 = true } }
        return try await process.wait()
      }
      while !RawListener.isListening(port) {
        guard !ended.withLock({ $0 }) else { throw NotStarted(description: try await end.value.errors) }
        try await Task.sleep(for: .milliseconds(20))
      }
      let scheme = arguments.contains("--certificate") ? "https" : "http"
      do {
        let result = try await body("\(scheme)://127.0.0.1:\(port)/v1")
        process.kill()
        _ = try await end.value
        return result
      } catch {
        process.kill()
        _ = try? await end.value
        throw error
      }
    }
  }
}
