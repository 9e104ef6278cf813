import EmbeddedPostgres
import Glibc
import SeedKit

/// `seed-runner db start|stop|status|url|psql|destroy`: the embedded PostgreSQL of the project.
struct DatabaseCommand {
  let session: Session

  var postgres: EmbeddedPostgres { session.embeddedPostgres }

  func run() async throws -> ExitCode {
    switch session.command.path.dropFirst().first {
    case "start": try await start()
    case "stop": try await stop()
    case "status": return try await status()
    case "url": session.console.answer(try postgres.connectionURL)
    case "psql": try await psql()
    default: try await destroy()
    }
    return .success
  }

  private func start() async throws {
    let server = try await postgres.start()
    for note in server.notes { session.console.progress(note) }
    session.console.progress(server.wasRunning ? "it was running already" : "started")
    session.console.answer(server.connectionURL)
  }

  private func stop() async throws {
    let wasRunning = try await postgres.stop()
    session.console.answer(wasRunning ? "stopped; the data stays" : "it was not running")
  }

  /// Becomes psql, so that signals and the terminal are its own.
  private func psql() async throws {
    _ = try await postgres.start()
    let command = try postgres.psqlCommand
    let arguments = [command.executable] + command.arguments + session.command.arguments
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    SignalWatcher.restore()
    execv(command.executable, &pointers)
    throw CommandFailure(
      code: .internalFault, message: "cannot start \(command.executable): \(String(cString: strerror(errno)))"
    )
  }

  private func destroy() async throws {
    if !session.command.has("yes") {
      let folder = postgres.settings.projectDirectory
      let question = "This removes the embedded database of \(folder) with all its data. Type yes to go on:"
      guard session.console.ask(question) == "yes" else {
        throw CommandFailure(
          code: .refused, message: "not confirmed; nothing was removed",
          remedy: "answer yes on a terminal, or add --yes")
      }
    }
    try await postgres.destroy()
    session.console.answer("removed")
  }
}
