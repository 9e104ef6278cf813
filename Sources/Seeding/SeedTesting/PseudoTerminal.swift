import CLinux
import Glibc
import Threads

/// A real terminal without a person: what a program writes to it is shown on a ``TerminalScreen``.
package final class PseudoTerminal: Sendable {
  /// No terminal could be made.
  package struct Failure: Error, CustomStringConvertible {
    /// Why.
    package let description: String
  }

  /// What a program opens.
  package let path: String
  /// It, opened, for what runs in this process; closed by ``hangUp()``.
  package let descriptor: Int32
  private let controller: Int32
  private let state: Lock<State>

  private struct State {
    var screen: TerminalScreen
    var bytes: [UInt8] = []
    var isOpen = true
  }

  /// Makes one and begins to read.
  ///
  /// - Throws: ``Failure``.
  package init(columns: Int, rows: Int = 24) throws {
    controller = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)
    var name = [CChar](repeating: 0, count: 128)
    guard controller >= 0, grantpt(controller) == 0, unlockpt(controller) == 0,
      ptsname_r(controller, &name, name.count) == 0
    else { throw Failure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))") }
    path = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    descriptor = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    state = Lock(State(screen: TerminalScreen(columns: columns, rows: rows)))
    resize(columns: columns, rows: rows)
    try DetachedThread.start { [self] in read() }
  }

  /// What is on the screen.
  package var screen: TerminalScreen { state.withLock { $0.screen } }

  /// All that was sent.
  package var output: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

  /// Gives it another size.
  package func resize(columns: Int, rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
    state.withLock {
      $0.screen.columns = columns
      $0.screen.rows = rows
    }
  }

  /// Lets go of this process's end. The screen is complete once the programs have ended too.
  package func hangUp() { close(descriptor) }

  /// Waits until what this process has written so far is on the screen.
  package func settle() async throws {
    let count = screen.nullCount
    var null: UInt8 = 0
    _ = write(descriptor, &null, 1)
    while screen.nullCount == count { try await Task.sleep(for: .milliseconds(1)) }
  }

  /// Waits until the screen is as it should be.
  package func wait(until isExpected: @Sendable (TerminalScreen) -> Bool) async throws {
    while !isExpected(screen) { try await Task.sleep(for: .milliseconds(2)) }
  }

  /// Waits until nobody has it open any more.
  package func waitForEnd() async throws {
    while state.withLock({ $0.isOpen }) { try await Task.sleep(for: .milliseconds(1)) }
  }

  private func read() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(controller, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      state.withLock { state in
        state.bytes += buffer[..<count]
        state.screen.feed(buffer[..<count])
      }
    }
    close(controller)
    state.withLock { $0.isOpen = false }
  }
}
