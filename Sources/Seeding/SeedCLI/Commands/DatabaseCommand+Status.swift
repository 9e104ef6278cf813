import EmbeddedPostgres
import Postgres
import SeedKit

extension DatabaseCommand {
  private struct StatusJSON: Encodable {
    let state: String
    var reason: String?
    var processID: Int32?
    var port: Int?
    var version: String?
    var user: String?
    var dataDirectory: String?
    var diskBytes: Int?
    var uptimeSeconds: Int64?
  }

  /// Prints the state of the server, its version, its data directory and its size.
  ///
  /// - Returns: `databaseUnusable` if the server is broken.
  func status() async throws -> ExitCode {
    let status = try await postgres.status()
    let row: StatusJSON =
      switch status {
      case .stopped: StatusJSON(state: "stopped")
      case .starting(let process): StatusJSON(state: "starting", processID: process)
      case .broken(let reason): StatusJSON(state: "broken", reason: reason)
      case .running(let details):
        StatusJSON(
          state: "running", processID: details.processID, port: details.port, version: details.version,
          user: details.user, dataDirectory: details.dataDirectory, diskBytes: details.diskBytes,
          uptimeSeconds: details.uptime.components.seconds)
      }
    if session.isJSON {
      try session.console.answer(json: row)
    } else {
      for line in Text.table(lines(row)) { session.console.answer(line) }
    }
    return row.state == "broken" ? .databaseUnusable : .success
  }

  private func lines(_ row: StatusJSON) -> [[String]] {
    let pairs: [(String, String?)] = [
      ("state", row.state), ("reason", row.reason), ("version", row.version),
      ("process", row.processID.map(String.init)), ("user", row.user), ("port", row.port.map(String.init)),
      ("data", row.dataDirectory), ("size", row.diskBytes.map { "\($0 / 1_048_576) MB" }),
      ("up for", row.uptimeSeconds.map { Text.duration(.seconds($0)) }),
    ]
    return pairs.compactMap { name, value in value.map { [name, $0] } }
  }
}
