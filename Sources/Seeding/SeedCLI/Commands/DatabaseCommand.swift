import EmbeddedPostgres
import Glibc
import SeedKit

/// `seed-runner db start|stop|status|url|psql|destroy`: manages the embedded PostgreSQL of the project.
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
    session.console.progress(server.wasRunning ? "already running" : "started")
    session.console.answer(server.connectionURL)
  }

  private func stop() async throws {
    let wasRunning = try await postgres.stop()
    session.console.answer(wasRunning ? "stopped; the data is kept" : "not running")
  }

  /// Replaces this process with psql, so that psql receives signals and owns the terminal.
  private func psql() async throws {
    _ = try await postgres.start()
    let command = try postgres.psqlCommand
    for (name, value) in command.variables {
      if let value { setenv(name, value, 1) } else { unsetenv(name) }
    }
    let arguments = [command.executable] + session.command.arguments
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    SignalWatcher.restore()
    execv(command.executable, &pointers)
    throw CommandFailure(
      code: .internalFault, message: "cannot start \(command.executable): \(String(cString: strerror(errno)))"
    )
  }

  private func destroy() async throws {
    guard let folder = try postgres.folder else {
      session.console.answer("no embedded database in \(postgres.settings.projectDirectory)")
      return
    }
    let what = try await description(of: folder)
    if !session.command.has("yes") {
      guard session.console.ask("This deletes \(what) and all its data. Type yes to continue:") == "yes"
      else {
        throw CommandFailure(
          code: .refused, message: "not confirmed; nothing was deleted: \(what)",
          fix: "type yes in a terminal, or add --yes")
      }
    }
    try await postgres.destroy()
    session.console.answer("deleted \(what)")
  }

  /// Names the project, the folder and the server. The command may run in a subfolder, so the project is named in
  /// full.
  private func description(of folder: String) async throws -> String {
    let server =
      switch try await postgres.status() {
      case .running(let details):
        "PostgreSQL \(details.version), process \(details.processID), \(details.diskBytes / 1_048_576) MB"
      case .starting(let process): "process \(process)"
      case .stopped: "not running"
      case .broken(let reason): reason
      }
    return
      "the embedded database of the project \(postgres.settings.projectDirectory), in \(folder) (\(server))"
  }
}
