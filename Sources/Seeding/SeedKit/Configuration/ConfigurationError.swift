import Basics

/// A fault in the settings.
public struct ConfigurationFault: Hashable, Sendable {
  /// The place: `Config/dev.json:3:5`, the name of a variable, or a flag such as `--jobs`.
  public let place: String
  /// The setting, such as `seed.jobs`; nil if the fault is not about one.
  public let key: String?
  /// What was found, without secrets. If ``expected`` is empty, the whole problem.
  public let found: String
  /// What was expected.
  public let expected: String
  /// A similar valid name.
  public let suggestion: String?

  package init(place: String, key: String? = nil, found: String, expected: String, suggestion: String? = nil)
  {
    self.place = place
    self.key = key
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
  }
}

extension ConfigurationFault: CustomStringConvertible {
  /// `SEED_JOBS: seed.jobs: found '0'; expected a whole number from 1 to 64`
  public var description: String {
    TerminalText.line(
      "\(place): " + (key.map { "\($0): " } ?? "")
        + (expected.isEmpty ? found : "found \(found); expected \(expected)")
        + (suggestion.map { ". Did you mean '\($0)'?" } ?? ""))
  }

  /// A quoted value in one line: shortened, with escaped control characters. Connection strings are not shown, because
  /// they may contain a password.
  static func quoted(_ text: String) -> String {
    if let scheme = text.firstRange(of: "://"), text[scheme.upperBound...].contains("@") {
      return "a connection string (not shown)"
    }
    let line = text.prefix(60).unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: false) : String(scalar)
    }
    return "'\(line.joined())\(text.count > 60 ? "…" : "")'"
  }
}

/// All faults in the settings.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The faults: of files first, then of variables, then of flags.
  public let faults: [ConfigurationFault]

  package init(faults: [ConfigurationFault]) { self.faults = faults }

  /// One line per fault.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}
