import Glibc
import Synchronization
import Threads

/// Serializes the writes to standard output and standard error, and keeps other lines above the live lines.
///
/// The cursor is never hidden. It rests below the live lines, which are always complete, so the screen needs no repair
/// if the process is killed.
final class Screen: Sendable {
  /// The screen of this process.
  static let shared = Screen(output: STDOUT_FILENO, errors: STDERR_FILENO)

  private struct Block {
    /// The lines as written.
    var lines: [String] = []
    /// The width of each line in columns.
    var widths: [Int] = []
    /// The width of the terminal when they were drawn.
    var columns = 0
  }

  private let output: Int32
  private let errors: Int32
  private let isOutputShared: Bool
  private let block = Lock(Block())
  /// The `errno` of a failed write to standard output; 0 if all succeeded.
  private let failure = Atomic<Int32>(0)

  init(output: Int32, errors: Int32) {
    self.output = output
    self.errors = errors
    isOutputShared = isatty(output) != 0 && isatty(errors) != 0
  }

  /// Why a part of the output could not be written; nil if all was written, or if the reader closed the pipe.
  var lostAnswer: String? {
    let code = failure.load(ordering: .acquiring)
    return code == 0 || code == EPIPE ? nil : String(cString: strerror(code))
  }

  private func write(answer text: String) {
    let code = Self.write(text, to: output)
    if code != 0 { failure.store(code, ordering: .releasing) }
  }

  /// Writes to standard output.
  func answer(_ text: String) {
    block.withLock { block in
      guard isOutputShared, !block.lines.isEmpty else { return write(answer: text) }
      write(answer: erasure(of: block) + text)
      if block.columns != columns { block = Block() }
      Self.write(block.lines.map { $0 + "\n" }.joined(), to: errors)
    }
  }

  /// Writes to standard error, above the live lines.
  ///
  /// - Parameter text: Evaluated while holding the lock, so that the lines of a log are in the order of their times.
  func tell(_ text: @autoclosure () -> String) {
    block.withLock { block in
      let text = text()
      let erasure = erasure(of: block)
      // Lines for another width are redrawn soon.
      if block.columns != columns { block = Block() }
      // One write, so that the live lines do not flicker.
      Self.write(erasure + text + block.lines.map { $0 + "\n" }.joined(), to: errors)
    }
  }

  /// Replaces the live lines.
  func draw(_ lines: [StyledLine], on terminal: Terminal) {
    block.withLock { block in
      let columns = columns
      // Some terminals start a new line after the last column.
      let sent = lines.map { $0.rendered(columns: columns - 1, on: terminal) }
      guard sent != block.lines || columns != block.columns else { return }
      var text = ""
      if columns != block.columns {
        text = erasure(of: block)
      } else if !block.lines.isEmpty {
        text = "\u{1B}[\(block.lines.count)A\r"
      }
      // Overwrite each line and clear its rest, which does not flicker.
      text += sent.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
      Self.write(text, to: errors)
      block = Block(lines: sent, widths: lines.map { min($0.width, columns - 1) }, columns: columns)
    }
  }

  /// Removes the live lines.
  func erase() {
    block.withLock { block in
      guard !block.lines.isEmpty else { return }
      Self.write(erasure(of: block), to: errors)
      block = Block()
    }
  }

  /// Forgets the live lines without erasing them, after a shell has overwritten them while the process was stopped.
  func forget() { block.withLock { $0 = Block() } }

  /// The rows and columns of standard error's terminal.
  var size: (columns: Int, rows: Int) { Terminal.size(of: errors) ?? (80, 24) }

  private var columns: Int { size.columns }

  /// The escape sequence that erases the live lines. If the terminal became narrower, they take more rows.
  private func erasure(of block: Block) -> String {
    guard !block.lines.isEmpty else { return "" }
    let columns = columns
    let rows = block.widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
    return "\u{1B}[\(rows)A\r\u{1B}[J"
  }

  /// Writes all of a text. An error does not stop seeding.
  ///
  /// - Returns: `errno` of the failed write; 0 on success.
  @discardableResult
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if errno == EAGAIN {
        // Another program has made the shared terminal non-blocking.
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&poller, 1, 1_000)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
