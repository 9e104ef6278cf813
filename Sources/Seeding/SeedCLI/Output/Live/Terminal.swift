import Glibc

/// The terminal that output goes to, and what may be done with it.
struct Terminal: Sendable, Hashable {
  /// Whether it is a terminal at all.
  var isTerminal = false
  /// Whether lines may be written over.
  var isLive = false
  /// Whether colours are wanted.
  var hasColour = false
  /// Whether it shows more than ASCII.
  var hasUnicode = true

  /// Output that is only appended to: a file, a pipe, a log of CI.
  static let plain = Terminal()

  private init() {}

  /// Finds out what can be done with what a descriptor leads to.
  ///
  /// - Parameter environment: `TERM`, `CI`, `NO_COLOR` and the locale's variables count.
  init(descriptor: Int32, environment: [String: String]) {
    self.init(isTerminal: isatty(descriptor) != 0, environment: environment)
  }

  init(isTerminal: Bool, environment: [String: String]) {
    self.isTerminal = isTerminal
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let term = value("TERM") ?? "dumb"
    let isCapable = isTerminal && term != "dumb" && term != "unknown"
    let isCI = value("CI").map { !["false", "0", "no", "off"].contains($0.lowercased()) } ?? false
    isLive = isCapable && !isCI
    // https://no-color.org
    hasColour = isCapable && value("NO_COLOR") == nil
    let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "").lowercased()
    hasUnicode = locale.contains("utf-8") || locale.contains("utf8")
  }

  /// The size of standard output's terminal in columns; 80 if there is none.
  static var width: Int { size(of: STDOUT_FILENO)?.columns ?? 80 }

  /// The columns and rows of a terminal; nil if it is none or does not know.
  static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
  }
}
