import Glibc

/// Words a command's help.
struct HelpFormatter {
  /// The number of columns to fill.
  let width: Int

  /// The help of the command at a path.
  func text(for path: [String], in root: CommandSpec) -> String {
    guard let command = root.command(at: path) else { return "" }
    let name = ([root.name] + path).joined(separator: " ")
    var sections = [wrap(command.summary, indent: 0), usage(of: command, name: name)]
    if !command.discussion.isEmpty {
      sections.append(
        command.discussion.split(separator: "\n\n").map { wrap(String($0), indent: 0) }.joined(
          separator: "\n\n"))
    }
    if !command.subcommands.isEmpty {
      sections.append(section("Commands", command.subcommands.map { ($0.name, $0.summary) }))
    }
    for group in groups(of: command) {
      sections.append(section(group, command.options.filter { $0.group == group }.map(row)))
    }
    if !command.examples.isEmpty {
      sections.append("Examples:\n" + command.examples.map { "  \($0)" }.joined(separator: "\n"))
    }
    if path.isEmpty { sections.append(section("Exit codes", Self.exitCodes)) }
    return sections.joined(separator: "\n\n")
  }

  static let exitCodes: [(String, String)] = [
    ("0", "all that was asked for is done"), ("1", "a seeder failed or was skipped"),
    ("2", "a fault of the program itself"), ("3", "the database differs, or changes are due"),
    ("4", "the database cannot be reached or cannot be used"),
    ("5", "refused by a guard, such as production's"),
    ("64", "wrong command line"), ("65", "wrong data"), ("78", "wrong configuration"),
    ("130, 143", "ended by a signal; what was under way is rolled back"),
  ]

  private func usage(of command: CommandSpec, name: String) -> String {
    var lines: [String] = []
    if command.subcommands.isEmpty {
      lines.append("\(name) [OPTIONS]" + (command.arguments.map { " \($0)" } ?? ""))
    } else {
      // Only the program itself does something without a subcommand.
      if name == "seed-runner" { lines.append("\(name) --all | --SEEDER… [OPTIONS]") }
      lines.append("\(name) COMMAND [OPTIONS]")
    }
    return "Usage: " + lines.joined(separator: "\n       ")
  }

  private func groups(of command: CommandSpec) -> [String] {
    command.options.map(\.group).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private func row(_ option: OptionSpec) -> (String, String) {
    var head = (option.short.map { "-\($0), " } ?? "") + "--\(option.name)"
    switch option.value {
    case .none: break
    case .required(let placeholder), .list(let placeholder): head += " \(placeholder)"
    }
    return (head, option.summary + (option.variable.map { " [\($0)]" } ?? ""))
  }

  private func section(_ title: String, _ rows: [(String, String)]) -> String {
    let column = min((rows.map(\.0.count).max() ?? 0) + 4, 26)
    let lines = rows.map { head, text in
      let body = wrap(text, indent: column)
      // A head that is too long stands on a line of its own.
      guard head.count + 4 <= column else { return "  \(head)\n\(body)" }
      return "  \(head)" + body.dropFirst(head.count + 2)
    }
    return "\(title):\n" + lines.joined(separator: "\n")
  }

  private func wrap(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, indent + line.count + 1 + word.count > width {
        lines.append(margin + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return (lines + [margin + line]).joined(separator: "\n")
  }
}

/// The terminal that output goes to.
enum Terminal {
  /// Its width in columns, between 40 and 120; 80 if it is none.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return min(max(Int(size.ws_col), 40), 120)
  }
}
