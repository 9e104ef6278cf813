import SeedKit

/// `seed-runner config`: explains every setting and shows the source of its value.
struct ConfigCommand {
  let session: Session

  private struct Row: Encodable {
    let name: String
    let value: String
    let source: String
    let variable: String
    let flag: String?
    let summary: String
    let expected: String
    let allowed: [String]?
    let minimum: String?
    let maximum: String?
    let unit: String?
    let defaultValue: String
    let isDefault: Bool
    let isSecret: Bool
    let isAllowedInFiles: Bool

    init(_ entry: Settings.Entry) {
      name = entry.name
      value = entry.value
      source = entry.source.description
      variable = entry.variable
      flag = entry.flag.map { "--\($0)" }
      summary = entry.summary
      expected = entry.expected
      allowed = entry.allowed
      minimum = entry.minimum
      maximum = entry.maximum
      unit = entry.unit
      defaultValue = entry.defaultValue
      isDefault = entry.value == entry.defaultValue
      isSecret = entry.isSecret
      isAllowedInFiles = entry.isAllowedInFiles
    }
  }

  func run() throws -> ExitCode {
    let rows = try selected().map(Row.init)
    if session.isJSON {
      try session.console.answer(json: rows)
    } else {
      for line in session.command.has("brief") ? table(rows) : explained(rows) {
        session.console.answer(line)
      }
    }
    return .success
  }

  /// The settings and groups that the arguments name, or all settings without arguments.
  private func selected() throws -> [Settings.Entry] {
    let all = session.settings.entries
    let names = session.command.arguments
    for name in names where !all.contains(where: { Self.matches($0, name) }) {
      let near = Suggestion.nearest(to: name, in: all.map(\.name)).first
      throw CommandFailure(
        code: .usage, message: "unknown setting '\(name.printable)'",
        fix: near.map { "did you mean '\($0)'?" }
          ?? "'\(session.programName) config --brief' lists all settings")
    }
    return names.isEmpty ? all : all.filter { entry in names.contains { Self.matches(entry, $0) } }
  }

  private static func matches(_ entry: Settings.Entry, _ name: String) -> Bool {
    entry.name == name || entry.name.hasPrefix("\(name).") || entry.variable == name
  }

  private static func shown(_ value: String) -> String { value.isEmpty ? "not set" : value }

  private func table(_ rows: [Row]) -> [String] {
    Text.table([["SETTING", "VALUE", "FROM"]] + rows.map { [$0.name, Self.shown($0.value), $0.source] })
  }

  /// For each setting: its value and source, its purpose, its allowed values and default, and how to set it.
  private func explained(_ rows: [Row]) -> [String] {
    let layout = TextLayout(width: Terminal.width)
    return rows.enumerated().flatMap { index, row in
      let ways =
        [row.variable] + [row.flag].compactMap(\.self)
        + (row.isAllowedInFiles ? [] : ["not allowed in files"])
      return (index == 0 ? [] : [""])
        + ["\(row.name) = \(Self.shown(row.value))  (\(row.source))".printable]
        + layout.wrap("\(row.summary).", margin: 2)
        + layout.wrap(
          "Expected: \(row.expected). Default: \(row.defaultValue.isEmpty ? "none" : row.defaultValue).",
          margin: 2)
        + layout.wrap("Set by \(ways.joined(separator: ", ")).", margin: 2)
    }
  }
}
