import Catalog
import Embeddings
import FoundationEssentials
import HTTPServer
import RateLimiter
import SeedCLI
import SeedKit
import TraceCommands
import TraceServer

@main
enum TraceServerMain {
  static func main() {
    let program = ServiceProgram(
      spec: TraceServerCommand.spec, fixtures: Catalog.fixtures, settings: Catalog.settings,
      seeders: { try Catalog.registry($0) }, serve: { try await serve($0) })
    program.main(
      arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
  }

  /// Serves until the task is cancelled.
  @Sendable private static func serve(_ launch: ServiceLaunch) async throws {
    guard !launch.has("check-health") else { return try checkHealth(launch.settings) }
    let configuration = try await launch.database()
    var options = StartupSeeding.Options(launch.settings)
    options.run.allowsProduction = launch.allowsProduction
    let startup = StartupSeeding(
      registry: launch.registry, environment: launch.settings[.environment], configuration: configuration,
      fixtures: launch.fixtures, options: options,
      onEvent: { launch.tell($0) })
    let log = try ServerLog(structured: launch.structuredLogID)
    do {
      let server = try TraceServer(
        configuration: configuration, startup: startup,
        provider: EmbeddingProviders.make(launch.settings, for: .questions),
        workerProvider: EmbeddingProviders.make(launch.settings, for: .worker),
        options: TraceServer.Options(launch.settings), log: { log($0) })
      try await server.start()
      // The first signal cancels the task. The graceful stop must not run in a cancelled task.
      await launch.untilStopped()
      await Task { await server.stop() }.value
    } catch let error as HTTPServerError {
      let code: ExitCode = error.code == .systemFailure ? .internalFault : .badConfiguration
      throw CommandFailure(code: code, message: error.message, fix: error.fix)
    } catch let error as RateLimitError {
      throw CommandFailure(
        code: .badConfiguration, message: error.message,
        fix: "Correct REDIS_URL or the RATE_LIMIT_ variables.")
    }
    await log.flush()
  }

  private static func checkHealth(_ settings: Settings) throws {
    let http = try TraceServer.Options(settings).http
    let status = HealthProbe.status(of: "/health", host: http.host, port: http.port)
    guard status != 200 else { return }
    throw CommandFailure(
      code: .seederFailed, errorCode: .serverDown,
      message: status.map { "the server responds with status \($0)" } ?? "the server does not respond",
      fix: "Check the server's log. Set HOST and PORT to the values with which it was started.")
  }
}
