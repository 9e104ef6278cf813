import CLinux
import Glibc
import Threads

/// A pseudo-terminal. The output of programs is shown on a ``TerminalScreen``.
package final class PseudoTerminal: Sendable {
  /// The terminal could not be created.
  package struct Failure: Error, CustomStringConvertible {
    /// The reason.
    package let description: String
  }

  /// The path that a program opens.
  package let path: String
  /// An open descriptor for code in this process. ``hangUp()`` closes it.
  package let descriptor: Int32
  private let controller: Int32
  private let state: Lock<State>

  private struct State {
    var screen: TerminalScreen
    var bytes: [UInt8] = []
    var isOpen = true
  }

  /// Creates a terminal and starts reading.
  ///
  /// - Throws: ``Failure``.
  package init(columns: Int, rows: Int = 24) throws {
    controller = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)
    var name = [CChar](repeating: 0, count: 128)
    guard controller >= 0, grantpt(controller) == 0, unlockpt(controller) == 0,
      ptsname_r(controller, &name, name.count) == 0
    else {
      throw Failure(description: "cannot create a pseudo-terminal: \(String(cString: strerror(errno)))")
    }
    path = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    descriptor = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    state = Lock(State(screen: TerminalScreen(columns: columns, rows: rows)))
    resize(columns: columns, rows: rows)
    try DetachedThread.start { [self] in read() }
  }

  /// The current screen.
  package var screen: TerminalScreen { state.withLock { $0.screen } }

  /// The complete output.
  package var output: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

  /// Changes the size.
  package func resize(columns: Int, rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
    state.withLock {
      $0.screen.columns = columns
      $0.screen.rows = rows
    }
  }

  /// Closes this process's end. The screen is complete after the programs have ended too.
  package func hangUp() { close(descriptor) }

  /// Waits until the output of this process is on the screen.
  package func settle() async throws {
    let count = screen.nullCount
    var null: UInt8 = 0
    _ = write(descriptor, &null, 1)
    while screen.nullCount == count { try await Task.sleep(for: .milliseconds(1)) }
  }

  /// Waits until the screen meets a condition.
  package func wait(until isExpected: @Sendable (TerminalScreen) -> Bool) async throws {
    while !isExpected(screen) { try await Task.sleep(for: .milliseconds(2)) }
  }

  /// Waits until no process has it open.
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
