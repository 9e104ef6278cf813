public import FoundationEssentials
import Glibc
import Postgres
import Threads

/// Writes events to standard error, one per line, on a separate thread.
///
/// Logging never blocks. If standard error is read too slowly, lines are dropped, and a line reports how many.
public final class ServerLog: Sendable {
  private struct Queue {
    var entries: [(date: Date, event: ServerEvent)] = []
    var lostCount = 0
    var isDraining = false
  }

  /// The maximum number of pending lines, which take a few megabytes.
  private static let most = 10_000
  /// How long a request line may be delayed, so that lines are written together. Waking the thread for every request
  /// would cost more than the write.
  private static let pause: Duration = .milliseconds(50)

  private let queue = Lock(Queue())
  private let writer: Writer

  /// Starts the thread.
  ///
  /// - Parameter id: the id of the run, for lines in JSON; nil, the default, for lines of text.
  /// - Throws: `PostgresError` with code `resourcesExhausted` if the system cannot start another thread.
  public init(structured id: UUID? = nil) throws {
    writer = Writer(executor: try ThreadExecutor(), id: id)
  }

  /// Logs an event.
  public func callAsFunction(_ event: ServerEvent) {
    let starts = queue.withLock { queue in
      if queue.entries.count >= Self.most {
        queue.lostCount += 1
      } else {
        queue.entries.append((Date(), event))
      }
      defer { queue.isDraining = true }
      return !queue.isDraining
    }
    guard starts || !event.isRequest else { return }
    Task {
      if event.isRequest { try? await Task.sleep(for: Self.pause) }
      await drain()
    }
  }

  /// Waits until all events logged so far have been written.
  public func flush() async {
    await drain()
    // Entries taken by another drain are written before this, because the thread processes calls in order.
    await writer.write([], lostCount: 0)
  }

  private func drain() async {
    while true {
      let (entries, lostCount) = queue.withLock { queue in
        defer { (queue.entries, queue.lostCount) = ([], 0) }
        queue.isDraining = !queue.entries.isEmpty
        return (queue.entries, queue.lostCount)
      }
      guard !entries.isEmpty else { return }
      await writer.write(entries, lostCount: lostCount)
    }
  }

  private actor Writer {
    let executor: ThreadExecutor
    /// The id of the run, for lines in JSON.
    let id: UUID?

    init(executor: ThreadExecutor, id: UUID?) {
      self.executor = executor
      self.id = id
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private func line(_ event: ServerEvent, at date: Date) -> String {
      id.map { ServerLine.json(event, at: date, id: $0) } ?? ServerLine.text(event, at: date)
    }

    func write(_ entries: [(date: Date, event: ServerEvent)], lostCount: Int) {
      var lines = entries.map { line($0.event, at: $0.date) }
      if lostCount > 0 { lines.append(line(.lost(lostCount), at: Date())) }
      let text = lines.map { "\($0)\n" }.joined()
      var bytes = Array(text.utf8)[...]
      while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        if written > 0 {
          bytes = bytes.dropFirst(written)
        } else if errno != EINTR {
          return
        }
      }
    }
  }
}
