import SeedKit

/// The manual page `seed-runner(1)`, made from the commands' specification as the help is, and from the
/// settings.
struct ManualPage {
  let settings: Settings

  /// The page in the language of man(7).
  func text(for root: CommandSpec) -> String {
    var lines = [
      ".\\\" Made by '\(root.name) man' from what the help is made from.",
      ".TH \(root.name.uppercased()) 1 \(ProgramVersion.date) \"\(root.name) \(ProgramVersion.current)\" \"User Commands\"",
      // Neither broken nor spread: names are there to be copied.
      ".nh", ".ad l", Roff.section("NAME"), "\(Roff.text(root.name)) \\-",
    ]
    lines += Roff.prose(Self.lowercased(root.abstract)) + [Roff.section("SYNOPSIS")]
    for (index, usage) in root.usage.enumerated() {
      lines += (index == 0 ? [] : [".br"]) + ["\(Roff.bold(root.name)) \(Roff.text(usage))"]
    }
    lines += [Roff.section("DESCRIPTION")] + paragraphs(root.discussion, isFirst: true)
    lines += [Roff.section("OPTIONS")] + options(of: root, groups: groups(of: root))
    lines += [Roff.section("COMMANDS")]
    for (path, command) in root.tree where !path.isEmpty {
      lines += section(of: command, path: path, root: root)
    }
    lines += [Roff.section("ENVIRONMENT")] + environment(root)
    lines += [Roff.section("FILES")] + Self.files
    lines += [Roff.section("EXIT STATUS")]
    for code in root.exitCodes { lines += Roff.entry(Roff.bold(code.name), code.meaning + ".") }
    lines += [Roff.section("EXAMPLES")] + examples(of: root, isFirst: true)
    lines += [Roff.section("SEE ALSO"), ".BR psql (1),", ".BR pg_dump (1),", ".BR postgres (1)"]
    return lines.joined(separator: "\n")
  }

  private static let files =
    Roff.entry(Roff.italic("Config/default.json"), "Settings for all environments, as JSON with comments.")
    + Roff.entry(
      Roff.italic("Config/dev.json")
        + ", \\fItest.json\\fR, \\fIci.json\\fR, \\fIci\\-local.json\\fR, \\fIproduction.json\\fR",
      "Settings for one environment. They go before those for all.")
    + Roff.entry(
      Roff.italic("Config/config.schema.json"), "The JSON Schema of these files, for editors.")
    + Roff.entry(Roff.italic("Seeders/NAME/seeder.json"), "A seeder without Swift, its data beside it.")
    + Roff.entry(Roff.italic(".seed-runner/"), "The embedded PostgreSQL of the project, with its data.")

  private static func lowercased(_ abstract: String) -> String {
    let text = abstract.hasSuffix(".") ? String(abstract.dropLast()) : abstract
    return (text.first?.lowercased() ?? "") + text.dropFirst()
  }

  private func paragraphs(_ text: String, isFirst: Bool) -> [String] {
    text.split(separator: "\n\n").enumerated().flatMap { index, paragraph in
      (index == 0 && isFirst ? [] : [".PP"]) + Roff.prose(String(paragraph))
    }
  }

  private func groups(of command: CommandSpec) -> [OptionGroup] {
    command.options.map(\.group).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Options under their headings; a heading that stands alone is left out.
  private func options(of command: CommandSpec, groups: [OptionGroup]) -> [String] {
    groups.flatMap { group -> [String] in
      let heading = groups.count > 1 ? [Roff.subsection(group.title)] : []
      return heading + command.options.filter { $0.group == group }.flatMap(entry)
    }
  }

  private func entry(_ option: OptionSpec) -> [String] {
    let long = option.isNegatable ? "--[no-]\(option.name)" : option.long
    let names = ([option.short.map { "-\($0)" }, long] as [String?]).compactMap(\.self).map(Roff.bold)
    let term = names.joined(separator: ", ") + (option.valueName.map { " \(Roff.italic($0))" } ?? "")
    var text = option.summary.hasSuffix(".") ? option.summary : option.summary + "."
    if let value = option.defaultText { text += " Default: \(value)." }
    if let variable = option.variable { text += " Variable: \(variable)." }
    return Roff.entry(term, text)
  }

  private func section(of command: CommandSpec, path: [String], root: CommandSpec) -> [String] {
    let own = command.options.filter { !$0.group.isShared && $0.role == .ordinary }
    var synopsis = [Roff.bold(([root.name] + path).joined(separator: " "))]
    if command.needsSubcommand { synopsis.append(Roff.italic("COMMAND")) }
    for option in own {
      synopsis.append(
        "[\(Roff.bold(option.long))\(option.valueName.map { "\\ \(Roff.italic($0))" } ?? "")]")
    }
    synopsis += command.arguments.map { Roff.text($0.usage) }
    // No sentence ends with the points of an ellipsis.
    synopsis = synopsis.map { $0.hasSuffix("...]") || $0.hasSuffix("...") ? $0 + "\\&" : $0 }
    var lines = [Roff.subsection(path.joined(separator: " "))] + synopsis + [".PP"]
    lines += Roff.prose(command.abstract + ".") + paragraphs(command.discussion, isFirst: false)
    for argument in command.arguments {
      lines += Roff.entry(Roff.italic(argument.name), argument.summary + ".")
    }
    lines += own.flatMap(entry)
    let shared = root.options.filter { $0.group.isShared && $0.role == .ordinary }
    let missing = shared.filter { !command.options.contains($0) }
    if command.options.contains(where: { $0.group.isShared && $0.role == .ordinary }) {
      let except = missing.isEmpty ? "" : ", but for \(missing.map(\.long).joined(separator: ", "))"
      lines += [".PP"] + Roff.prose("It takes the common options\(except).")
    }
    return lines + examples(of: command)
  }

  /// - Parameter isFirst: whether they follow a heading, which begins a paragraph by itself.
  private func examples(of command: CommandSpec, isFirst: Bool = false) -> [String] {
    command.examples.enumerated().flatMap { index, example in
      (isFirst && index == 0 ? [] : [".PP"]) + Roff.prose(example.summary + ":")
        + Roff.literal([example.line])
    }
  }

  /// The variables of the program, then those that set settings.
  private func environment(_ root: CommandSpec) -> [String] {
    let own = root.variables.flatMap { Roff.entry(Roff.bold($0.name), $0.meaning + ".") }
    let options = root.tree.flatMap(\.command.options).filter { $0.variable != nil }
    var known = Set(settings.entries.map(\.variable))
    // Variables of options that are no settings, each once.
    let others = options.filter { option in
      let name = option.variable.map { String($0.prefix { $0 != "=" }) } ?? ""
      return known.insert(name).inserted
    }
    return own
      + others.flatMap { Roff.entry(Roff.bold($0.variable ?? ""), "The same as \($0.long). \($0.summary).") }
      + settings.entries.flatMap { entry in
        Roff.entry(
          Roff.bold(entry.variable),
          "\(entry.summary). Expected: \(entry.expected)."
            + (entry.defaultValue.isEmpty ? "" : " Default: \(entry.defaultValue)."))
      }
  }
}
