import SeedKit

/// The manual page `seed-runner(1)` in the language of man(7), made from the commands' specification as the help
/// is, and from the settings.
struct ManualPage {
  let settings: Settings

  func text(for root: CommandSpec) -> String {
    let abstract = root.abstract.hasSuffix(".") ? String(root.abstract.dropLast()) : root.abstract
    let sections: [(title: String, lines: [String])] = [
      (
        "NAME",
        ["\(Self.escaped(root.name)) \\-"] + prose(abstract.prefix(1).lowercased() + abstract.dropFirst())
      ),
      (
        "SYNOPSIS",
        Array(root.usage.map { ["\(bold(root.name)) \(Self.escaped($0))"] }.joined(separator: [".br"]))
      ),
      // A heading begins a paragraph by itself.
      ("DESCRIPTION", Array(paragraphs(root.discussion).dropFirst())),
      ("OPTIONS", options(of: root)),
      ("COMMANDS", root.tree.dropFirst().flatMap { section(of: $0.command, path: $0.path, root: root) }),
      ("ENVIRONMENT", environment(root).flatMap { entry(bold($0.name), $0.text) }),
      (
        "FILES",
        Self.files.flatMap { names, text in
          entry(names.split(separator: ", ").map { italic(String($0)) }.joined(separator: ", "), text)
        }
      ),
      ("EXIT STATUS", root.exitCodes.flatMap { entry(bold($0.name), $0.meaning + ".") }),
      ("EXAMPLES", Array(examples(of: root).dropFirst())),
      ("SEE ALSO", [".BR psql (1),", ".BR pg_dump (1),", ".BR postgres (1)"]),
    ]
    let head = [
      ".\\\" Made by '\(root.name) man' from what the help is made from.",
      ".TH \(root.name.uppercased()) 1 \(ProgramVersion.date) \"\(root.name) \(ProgramVersion.current)\" \"User Commands\"",
      // Neither broken nor spread: names are there to be copied.
      ".nh", ".ad l",
    ]
    return (head + sections.flatMap { [heading("SH", $0.title)] + $0.lines }).joined(separator: "\n")
  }

  private static let files = [
    ("Config/default.json", "Settings for all environments, as JSON with comments."),
    (
      "Config/dev.json, test.json, ci.json, ci-local.json, production.json",
      "Settings for one environment. They go before those for all."
    ),
    ("Config/config.schema.json", "The JSON Schema of these files, for editors."),
    ("Seeders/NAME/seeder.json", "A seeder without Swift, its data beside it."),
    (".seed-runner/", "The embedded PostgreSQL of the project, with its data."),
  ]

  /// Options under their headings; a heading that stands alone is left out.
  private func options(of command: CommandSpec) -> [String] {
    let groups = command.optionGroups
    return groups.flatMap { group -> [String] in
      (groups.count > 1 ? [heading("SS", group.title)] : [])
        + command.options.filter { $0.group == group }.flatMap(entry)
    }
  }

  private func entry(_ option: OptionSpec) -> [String] {
    let names = [option.short.map { "-\($0)" }, option.longOrNegation].compactMap(\.self).map(bold)
    let term = names.joined(separator: ", ") + (option.valueName.map { " \(italic($0))" } ?? "")
    var text = option.summary.hasSuffix(".") ? option.summary : option.summary + "."
    if let value = option.defaultText { text += " Default: \(value)." }
    if let variable = option.variable { text += " Variable: \(variable)." }
    return entry(term, text)
  }

  private func section(of command: CommandSpec, path: [String], root: CommandSpec) -> [String] {
    var synopsis = [bold(([root.name] + path).joined(separator: " "))]
    if command.needsSubcommand { synopsis.append(italic("COMMAND")) }
    synopsis += command.ownOptions.map { option in
      "[\(bold(option.long))\(option.valueName.map { "\\ \(italic($0))" } ?? "")]"
    }
    synopsis += command.arguments.map { Self.escaped($0.usage) }
    // No sentence ends with the points of an ellipsis.
    synopsis = synopsis.map { $0.hasSuffix("...]") || $0.hasSuffix("...") ? $0 + "\\&" : $0 }
    var lines = [heading("SS", path.joined(separator: " "))] + synopsis + [".PP"]
    lines += prose(command.abstract + ".") + paragraphs(command.discussion)
    lines += command.arguments.flatMap { entry(italic($0.name), $0.summary + ".") }
    lines += command.ownOptions.flatMap(entry)
    let missing = root.commonOptions.filter { !command.options.contains($0) }
    if !command.commonOptions.isEmpty {
      let except = missing.isEmpty ? "" : ", but for \(missing.map(\.long).joined(separator: ", "))"
      lines += [".PP"] + prose("It takes the common options\(except).")
    }
    return lines + examples(of: command)
  }

  private func examples(of command: CommandSpec) -> [String] {
    command.examples.flatMap { example in
      [".PP"] + prose(example.summary + ":")
        + [".PP", ".nf", ".RS 4", Self.escaped(example.line), ".RE", ".fi"]
    }
  }

  /// The variables of the program, those of options that are no settings, each once, and those that set settings.
  private func environment(_ root: CommandSpec) -> [(name: String, text: String)] {
    var known = Set(settings.entries.map(\.variable))
    let others = root.tree.flatMap(\.command.options).compactMap { option -> (name: String, text: String)? in
      guard let variable = option.variable,
        known.insert(String(variable.prefix { $0 != "=" })).inserted
      else { return nil }
      return (variable, "The same as \(option.long). \(option.summary).")
    }
    return root.variables.map { ($0.name, $0.meaning + ".") } + others
      + settings.entries.map { entry in
        let value = entry.defaultValue.isEmpty ? "" : " Default: \(entry.defaultValue)."
        return (entry.variable, "\(entry.summary). Expected: \(entry.expected).\(value)")
      }
  }

  private func paragraphs(_ text: String) -> [String] {
    text.split(separator: "\n\n").flatMap { [".PP"] + prose(String($0)) }
  }

  /// A term with its description below.
  private func entry(_ term: String, _ description: String) -> [String] {
    [".TP", term] + prose(description)
  }

  private func heading(_ macro: String, _ title: String) -> String {
    // In a macro's argument a quote would end the argument.
    ".\(macro) \"\(Self.escaped(title).replacing("\"", with: "\\(dq"))\""
  }

  private func bold(_ text: String) -> String { "\\fB\(Self.escaped(text))\\fR" }

  private func italic(_ text: String) -> String { "\\fI\(Self.escaped(text))\\fR" }

  /// Sentences, each begun on a line of its own, which is what formatters want, in lines of 80 bytes at most.
  private func prose(_ text: String) -> [String] {
    var lines: [String] = []
    var startsLine = true
    for word in text.split(whereSeparator: { $0 != "\u{A0}" && $0.isWhitespace }) {
      let escaped = Self.escaped(String(word))
      if !startsLine, let line = lines.last, line.utf8.count + 1 + escaped.utf8.count <= 80 {
        lines[lines.count - 1] += " " + escaped
      } else {
        lines.append(escaped)
      }
      startsLine = word.hasSuffix(".") && word.dropLast().last?.isLowercase == true
    }
    return lines
  }

  /// Characters that a formatter would replace by typographic ones: an option can be copied from the page.
  private static let names: [Unicode.Scalar: String] = [
    "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", "\u{A0}": "\\ ",
  ]

  /// Text as it is to be read, such that nothing of it is taken for a command.
  static func escaped(_ text: String) -> String {
    let escaped = text.printable.unicodeScalars.map { scalar in
      if let name = names[scalar] { return name }
      if scalar.isASCII { return String(scalar) }
      let code = String(scalar.value, radix: 16, uppercase: true)
      return "\\[u\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)]"
    }.joined()
    // A point at the start of a line would begin a macro.
    return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
  }
}
