import Glibc
import Synchronization
import Threads

/// All that the process writes to standard output and standard error: one piece at a time, and lines
/// that stay above the live ones.
///
/// The cursor is never hidden. It rests on the line beneath the live lines, each of which was written
/// whole: whatever ends the process leaves a screen on which nothing needs mending.
final class Screen: Sendable {
  /// The process's own.
  static let shared = Screen(output: STDOUT_FILENO, errors: STDERR_FILENO)

  private struct Block {
    /// The lines as they were sent.
    var lines: [String] = []
    /// The columns of each.
    var widths: [Int] = []
    /// The columns of the terminal when they were drawn.
    var columns = 0
  }

  private let output: Int32
  private let errors: Int32
  private let isOutputShared: Bool
  private let block = Lock(Block())
  /// Why something of the answer did not arrive, as `errno` has it; 0 if all did.
  private let failure = Atomic<Int32>(0)

  init(output: Int32, errors: Int32) {
    self.output = output
    self.errors = errors
    isOutputShared = isatty(output) != 0 && isatty(errors) != 0
  }

  /// Why a part of the answer could not be written; nil if all of it was, or if its reader went away, who had read
  /// enough.
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
  /// - Parameter text: made when its turn has come, so that the times in a log are in the order of its lines.
  func tell(_ text: @autoclosure () -> String) {
    block.withLock { block in
      let text = text()
      let erasure = erasure(of: block)
      // What was made for another width is drawn anew in a moment.
      if block.columns != columns { block = Block() }
      // In one piece, so that nobody sees the screen without the live lines.
      Self.write(erasure + text + block.lines.map { $0 + "\n" }.joined(), to: errors)
    }
  }

  /// Replaces the live lines.
  func draw(_ lines: [StyledLine], on terminal: Terminal) {
    block.withLock { block in
      let columns = columns
      // A line that fills the last column would make some terminals begin another one.
      let sent = lines.map { $0.rendered(columns: columns - 1, on: terminal) }
      guard sent != block.lines || columns != block.columns else { return }
      var text = ""
      if columns != block.columns {
        text = erasure(of: block)
      } else if !block.lines.isEmpty {
        text = "\u{1B}[\(block.lines.count)A\r"
      }
      // Each line is written over the one before and cleared behind its end: nothing flickers.
      text += sent.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
      Self.write(text, to: errors)
      block = Block(lines: sent, widths: lines.map { min($0.width, columns - 1) }, columns: columns)
    }
  }

  /// Takes the live lines away.
  func erase() {
    block.withLock { block in
      guard !block.lines.isEmpty else { return }
      Self.write(erasure(of: block), to: errors)
      block = Block()
    }
  }

  /// Forgets the live lines, which something else has written over: a shell, while the process was stopped.
  func forget() { block.withLock { $0 = Block() } }

  /// The rows and columns of standard error's terminal.
  var size: (columns: Int, rows: Int) { Terminal.size(of: errors) ?? (80, 24) }

  private var columns: Int { size.columns }

  /// What takes the live lines away. A terminal that has become narrower has broken them.
  private func erasure(of block: Block) -> String {
    guard !block.lines.isEmpty else { return "" }
    let columns = columns
    let rows = block.widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
    return "\u{1B}[\(rows)A\r\u{1B}[J"
  }

  /// Writes all of a text. A reader that is gone is no reason to stop seeding.
  ///
  /// - Returns: `errno` if it could not; else 0.
  @discardableResult
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if errno == EAGAIN {
        // The terminal is another program's too, which has made it non-blocking.
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&poller, 1, 1_000)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
