/// Formats the help of commands.
struct HelpFormatter: Sendable {
  private let layout: TextLayout

  /// Creates a formatter for a terminal width in columns. The width is clamped to 40 to 120.
  init(width: Int) { layout = TextLayout(width: width) }

  /// The complete help of the command at a path, without a trailing line break; empty if the command does not exist.
  func text(for path: [String], in root: CommandSpec) -> String {
    guard let command = root.command(at: path) else { return "" }
    let name = ([root.name] + path).joined(separator: " ")
    let tables = command.optionGroups.map { (title: $0.title, rows: rows($0, of: command)) }
    let column = layout.column(
      for: (tables.flatMap(\.rows) + subcommands(of: command) + arguments(of: command)).map(\.name))

    var sections: [[String]] = [layout.wrap(command.abstract, margin: 0), usage(of: command, name: name)]
    sections += paragraphs(command.discussion)
    sections.append(section("Commands", subcommands(of: command), column: column))
    sections.append(section("Arguments", arguments(of: command), column: column))
    sections += tables.map { section($0.title, $0.rows, column: column) }
    sections.append(section("Environment variables", entries(command.variables), column: column))
    sections.append(examples(of: command))
    sections.append(section("Exit codes", entries(command.exitCodes), column: 12))
    if !command.subcommands.isEmpty {
      sections.append(layout.wrap("See '\(name) COMMAND --help' for a command.", margin: 0))
    }
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  /// The help of `-h`, which fits on one screen: usage, examples, and the options specific to the command.
  func brief(for path: [String], in root: CommandSpec) -> String {
    guard let command = root.command(at: path) else { return "" }
    let name = ([root.name] + path).joined(separator: " ")
    let options = path.isEmpty ? [] : command.ownOptions.map { row($0, hasLetters: false) }
    let rows = arguments(of: command) + options
    // Longer examples would not fit next to their text.
    let examples = command.examples.filter { $0.line.count < 40 }.map { (name: $0.line, text: $0.summary) }
    let column = { (rows: [(name: String, text: String)]) in layout.column(for: rows.map(\.name)) }
    let table = section("Options", rows, column: column(rows))
    let sections = [
      layout.wrap(command.abstract, margin: 0), usage(of: command, name: name),
      path.isEmpty ? section("Examples", examples, column: column(examples)) : [],
      // A long table is omitted, because the usage line names the options.
      table.count <= 16 ? table : [],
      command.subcommands.isEmpty
        ? []
        : ["Commands:"] + layout.wrap(command.subcommands.map(\.name).joined(separator: ", "), margin: 2),
      layout.wrap("Run '\(name) --help' for all options and details.", margin: 0),
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private func paragraphs(_ text: String) -> [[String]] {
    text.split(separator: "\n\n").map { layout.wrap(String($0), margin: 0) }
  }

  private func section(_ title: String, _ rows: [(name: String, text: String)], column: Int) -> [String] {
    rows.isEmpty ? [] : ["\(title):"] + layout.table(rows, column: column)
  }

  private func subcommands(of command: CommandSpec) -> [(name: String, text: String)] {
    command.subcommands.map { ($0.name, $0.abstract) }
  }

  private func arguments(of command: CommandSpec) -> [(name: String, text: String)] {
    command.arguments.map { ($0.name, $0.summary) }
  }

  private func entries(_ entries: [CommandSpec.Entry]) -> [(name: String, text: String)] {
    entries.map { ($0.name, $0.meaning) }
  }

  /// Example lines are not wrapped, so that they can be copied.
  private func examples(of command: CommandSpec) -> [String] {
    guard !command.examples.isEmpty else { return [] }
    return ["Examples:"]
      + command.examples.flatMap { layout.wrap("# \($0.summary)", margin: 2) + ["  \($0.line)"] }
  }
}

extension HelpFormatter {
  private func usage(of command: CommandSpec, name: String) -> [String] {
    let tails = command.usage.isEmpty ? [usageTail(of: command)] : command.usage
    return tails.enumerated().flatMap { index, tail in
      // Continuation lines are indented to the right of the command's name if there is room.
      let first = (index == 0 ? "Usage: " : "       ") + name + " "
      guard first.count <= layout.width / 2 else {
        let head = index == 0 ? "Usage: " : "       "
        return layout.wrap("\(name) \(tail)", margin: 7, first: head)
      }
      return layout.wrap(tail, margin: first.count, first: first)
    }
  }

  private func usageTail(of command: CommandSpec) -> String {
    if command.needsSubcommand { return "COMMAND [OPTIONS]" }
    var parts = command.ownOptions.map { option in
      // The no-break space keeps an option and its value on one line.
      "[\(option.long)\(option.valueName.map { "\u{A0}\($0)" } ?? "")]"
    }
    parts.append("[OPTIONS]")
    parts += command.arguments.map { $0.usage.replacing(" ", with: "\u{A0}") }
    return parts.joined(separator: " ")
  }

  private func rows(_ group: OptionGroup, of command: CommandSpec) -> [(name: String, text: String)] {
    let options = command.options.filter { $0.group == group }
    let hasLetters = options.contains { $0.short != nil }
    return options.map { row($0, hasLetters: hasLetters) }
  }

  private func row(_ option: OptionSpec, hasLetters: Bool) -> (name: String, text: String) {
    let letter = option.short.map { "-\($0), " } ?? (hasLetters ? "    " : "")
    let notes = [("default", option.defaultText), ("env", option.variable)].compactMap { title, note in
      note.map { "[\(title):\u{A0}\($0)]" }
    }
    let text = ([option.summary] + notes).joined(separator: " ")
    return (letter + option.longOrNegation + (option.valueName.map { " \($0)" } ?? ""), text)
  }
}

/// Wraps text and tables to a width.
struct TextLayout: Sendable {
  /// The number of columns, 40 to 120.
  let width: Int

  /// Creates a layout for a width in columns, which is clamped to 40 to 120.
  init(width: Int) { self.width = min(max(width, 40), 120) }

  /// Wraps text to lines of at most `width` columns with a left margin. A longer word gets its own line.
  ///
  /// A no-break space becomes a space at which the text is not wrapped. Control characters are escaped.
  ///
  /// - Parameter first: The text in the margin of the first line, at most as long as the margin.
  func wrap(_ text: String, margin: Int, first: String = "") -> [String] {
    var lines: [String] = []
    var line = first + Self.spaces(margin - first.count)
    var isEmpty = true
    for word in text.split(whereSeparator: { $0 != "\u{A0}" && $0.isWhitespace }) {
      let word = String(word).replacing("\u{A0}", with: " ").printable
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = Self.spaces(margin)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    if isEmpty { line = first }
    return lines + [line]
  }

  /// Formats a table of two columns. A name that is too long for its column gets its own line. On a narrow terminal
  /// all names do.
  func table(_ rows: [(name: String, text: String)], column: Int) -> [String] {
    let isNarrow = width < 60
    let margin = isNarrow ? 6 : column
    return rows.flatMap { row in
      let name = "  " + row.name
      // At least two spaces separate the columns.
      guard !isNarrow, name.count + 2 <= margin else { return [name] + wrap(row.text, margin: margin) }
      return wrap(row.text, margin: margin, first: name)
    }
  }

  /// The column where the text of tables starts: after the longest name, but at most at two fifths of the width.
  func column(for names: [String]) -> Int {
    let longest = names.lazy.map { $0.count + 4 }.filter { $0 <= width * 2 / 5 }.max()
    return longest ?? width * 2 / 5
  }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }
}

extension String {
  /// The text with control characters escaped, so that text from a command line or a file cannot control the
  /// terminal.
  var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
          guard scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
          else { return [scalar] }
          return Array("\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
        }))
  }
}
