import FoundationEssentials
import Glibc
import Postgres
import SeedKit
import Threads

/// Writes events to standard error, a line each, from a thread of its own.
///
/// Who logs never waits. A reader that is slower than the events loses some, and is told how many.
public final class ServerLog: Sendable {
  private struct Queue {
    var entries: [(date: Date, event: LogEvent)] = []
    var lostCount = 0
    var isDraining = false
  }

  /// Lines that wait at most: some megabytes.
  private static let most = 10_000
  /// How long a line about a request may wait for others: a thread that wakes for each of them would cost a search
  /// more than writing does.
  private static let pause: Duration = .milliseconds(50)

  private let queue = Lock(Queue())
  private let writer: Writer

  /// Starts the thread.
  ///
  /// - Throws: `PostgresError` with code `resourcesExhausted` if the system has none left.
  public init() throws { writer = Writer(executor: try ThreadExecutor()) }

  /// Logs an event.
  public func callAsFunction(_ event: LogEvent) {
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

  /// Waits until everything that was logged so far is written.
  public func flush() async {
    await drain()
    // What another drain has taken is written before this, which the thread comes to afterwards.
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

    init(executor: ThreadExecutor) { self.executor = executor }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func write(_ entries: [(date: Date, event: LogEvent)], lostCount: Int) {
      var text = entries.map { "\(TimestampText.of($0.date)) \(TerminalText.line($0.event.description))\n" }
        .joined()
      if lostCount > 0 { text += "\(lostCount) lines are missing here: the reader was too slow\n" }
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
