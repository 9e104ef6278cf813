import Glibc

/// The capabilities of the terminal behind a descriptor.
struct Terminal: Sendable, Hashable {
  /// Whether it is a terminal.
  var isTerminal = false
  /// Whether lines can be redrawn.
  var isLive = false
  /// Whether color is enabled.
  var hasColour = false
  /// Whether it can show characters beyond ASCII.
  var hasUnicode = true

  /// Output without terminal capabilities: a file, a pipe or a CI log.
  static let plain = Terminal()

  private init() {}

  /// Detects the capabilities of a descriptor.
  ///
  /// - Parameter environment: the environment variables. `TERM`, `CI`, `NO_COLOR` and the locale's variables are used.
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

  /// The width of standard output's terminal in columns; 80 if it is not a terminal.
  static var width: Int { size(of: STDOUT_FILENO)?.columns ?? 80 }

  /// The columns and rows of a terminal; nil if the descriptor is not a terminal or the size is unknown.
  static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
  }
}
