/// Words a command's help.
struct HelpFormatter: Sendable {
  private let layout: TextLayout

  /// Takes the number of columns to fill; what is outside 40 to 120 becomes the nearest of these.
  init(width: Int) { layout = TextLayout(width: width) }

  /// The help of the command that a path leads to, without a line break at the end; empty if there is no
  /// such command.
  func text(for path: [String], in root: CommandSpec) -> String {
    guard let command = root.command(at: path) else { return "" }
    let name = ([root.name] + path).joined(separator: " ")
    let groups = groups(of: command)
    let tables = groups.map { (title: $0.title, rows: rows($0, of: command)) }
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

  /// Lines are not broken: they are there to be copied.
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
      // Where a line goes on, it does so right of the command's name, if there is room.
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
    var parts = command.options.filter { !$0.group.isShared && $0.role == .ordinary }.map { option in
      // A line break between an option and its value would mislead.
      "[\(option.long)\(option.valueName.map { "\u{A0}\($0)" } ?? "")]"
    }
    parts.append("[OPTIONS]")
    parts += command.arguments.map { $0.usage.replacing(" ", with: "\u{A0}") }
    return parts.joined(separator: " ")
  }

  private func groups(of command: CommandSpec) -> [OptionGroup] {
    command.options.map(\.group).reduce(into: []) { groups, group in
      if !groups.contains(group) { groups.append(group) }
    }
  }

  private func rows(_ group: OptionGroup, of command: CommandSpec) -> [(name: String, text: String)] {
    let options = command.options.filter { $0.group == group }
    let hasLetters = options.contains { $0.short != nil }
    return options.map { option in
      let letter = option.short.map { "-\($0), " } ?? (hasLetters ? "    " : "")
      let long = option.isNegatable ? "--[no-]\(option.name)" : option.long
      let notes = [("default", option.defaultText), ("env", option.variable)].compactMap { title, note in
        note.map { "[\(title):\u{A0}\($0)]" }
      }
      let text = ([option.summary] + notes).joined(separator: " ")
      return (letter + long + (option.valueName.map { " \($0)" } ?? ""), text)
    }
  }
}
