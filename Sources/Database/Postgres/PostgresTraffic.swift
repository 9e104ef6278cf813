import Threads

/// Counts the round trips of a task and its children.
///
/// ```swift
/// let traffic = PostgresTraffic()
/// try await PostgresTraffic.$current.withValue(traffic) { try await work() }
/// print(traffic.roundTrips)
/// ```
public final class PostgresTraffic: Sendable {
  /// Counts the statements of the current task. Nil by default: they are not counted.
  @TaskLocal public static var current: PostgresTraffic?

  private struct Counts {
    var roundTrips = 0
    var processes: [Int32] = []
  }

  private let counts = Lock(Counts())
  private let whole: PostgresTraffic?

  /// Creates a counter at 0.
  ///
  /// - Parameter whole: another counter, which counts everything too.
  public init(partOf whole: PostgresTraffic? = nil) { self.whole = whole }

  /// The number of round trips. A pipeline is one, for any number of statements. A COPY is two, one at its
  /// beginning and one at its end. Opening a connection is not counted.
  public var roundTrips: Int { counts.withLock { $0.roundTrips } }

  /// The process ids of the connections used, in order of first use.
  public var processes: [Int32] { counts.withLock { $0.processes } }

  func add(process: Int32) {
    addShared(process: process)
    whole?.add(process: process)
  }

  /// Counts a round trip that is shared with another task, without adding it to the total.
  func addShared(process: Int32) {
    counts.withLock { counts in
      counts.roundTrips += 1
      if !counts.processes.contains(process) { counts.processes.append(process) }
    }
  }
}

extension PostgresConnection {
  /// Counts a round trip before it starts.
  nonisolated func countRoundTrip() { PostgresTraffic.current?.add(process: backendProcessID) }
}
