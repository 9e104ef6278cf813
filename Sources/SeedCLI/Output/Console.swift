import Glibc

/// Standard output and standard error: the answer goes to the one, progress to the other.
struct Console: Sendable {
  /// Whether progress is written at all.
  var isQuiet = false
  /// Whether debug lines are written.
  var isDebug = false

  /// Writes a line of the answer.
  func answer(_ line: String) { Self.write(line + "\n", to: STDOUT_FILENO) }

  /// Writes a line that is for the machinery around us, always and with nothing before it.
  func command(_ line: String) { Self.write(line + "\n", to: STDERR_FILENO) }

  /// Writes a line of progress.
  func progress(_ line: String) {
    guard !isQuiet else { return }
    Self.write(line + "\n", to: STDERR_FILENO)
  }

  /// Writes over the terminal's current line.
  func overwrite(_ line: String) {
    // Carriage return, and ANSI's "erase to the end of the line".
    Self.write("\r\u{1B}[K" + line, to: STDERR_FILENO)
  }

  /// Writes a debug line.
  func debug(_ line: @autoclosure () -> String) {
    guard isDebug else { return }
    Self.write("debug: " + line() + "\n", to: STDERR_FILENO)
  }

  /// Writes an error, always.
  func error(_ message: String, remedy: String? = nil) {
    var text = "Error: \(message)\n"
    if let remedy { text += "Help:  \(remedy)\n" }
    Self.write(text, to: STDERR_FILENO)
  }

  /// Writes what is wrong with a command line.
  func error(_ error: UsageError) {
    Self.write(UsageErrorFormatter.text(for: error) + "\n", to: STDERR_FILENO)
  }

  /// Asks on the terminal and reads a line; nil if there is no terminal to ask on.
  func ask(_ question: String) -> String? {
    guard isatty(STDIN_FILENO) != 0 else { return nil }
    Self.write(question + " ", to: STDERR_FILENO)
    return readLine(strippingNewline: true)
  }

  /// Writes all of a text. A reader that is gone is no reason to stop seeding.
  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if errno != EINTR {
        return
      }
    }
  }
}
