import Threads

/// Counts what a task and its children ask of servers.
///
/// ```swift
/// let traffic = PostgresTraffic()
/// try await PostgresTraffic.$current.withValue(traffic) { try await work() }
/// print(traffic.roundTrips)
/// ```
public final class PostgresTraffic: Sendable {
  /// Where the statements of the current task are counted; nil, the default: nowhere.
  @TaskLocal public static var current: PostgresTraffic?

  private struct Counts {
    var roundTrips = 0
    var processes: [Int32] = []
  }

  private let counts = Lock(Counts())
  private let whole: PostgresTraffic?

  /// Starts at nothing.
  ///
  /// - Parameter whole: what this is a part of; it counts all of this too.
  public init(partOf whole: PostgresTraffic? = nil) { self.whole = whole }

  /// How often something was sent and its answer waited for. A pipeline is one, whatever the number of its
  /// statements; a COPY is two: its beginning and its end. The handshake of a connection is not counted.
  public var roundTrips: Int { counts.withLock { $0.roundTrips } }

  /// The server processes of the connections that were used, in the order of their first use.
  public var processes: [Int32] { counts.withLock { $0.processes } }

  func add(process: Int32) {
    counts.withLock { counts in
      counts.roundTrips += 1
      if !counts.processes.contains(process) { counts.processes.append(process) }
    }
    whole?.add(process: process)
  }
}

extension PostgresConnection {
  /// Counts a question to the server, before it is asked.
  nonisolated func countRoundTrip() { PostgresTraffic.current?.add(process: backendProcessID) }
}
