/// One thing that is wrong with the configuration.
public struct ConfigurationFault: Hashable, Sendable {
  /// Where: `Config/dev.json:3:5`, a variable's name, or a flag such as `--jobs`.
  public let place: String
  /// The setting, if the fault is about one: `seed.jobs`.
  public let key: String?
  /// What is there; if ``expected`` is empty, the problem in full. Secrets are not in it.
  public let found: String
  /// What should be there.
  public let expected: String
  /// What was probably meant.
  public let suggestion: String?

  init(place: String, key: String? = nil, found: String, expected: String, suggestion: String? = nil) {
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
    "\(place): " + (key.map { "\($0): " } ?? "")
      + (expected.isEmpty ? found : "found \(found); expected \(expected)")
      + (suggestion.map { ". Did you mean '\($0)'?" } ?? "")
  }

  /// A text in quotes, fit for a line: shortened, its control characters escaped.
  ///
  /// A connection string can end up in the wrong setting. What may hold its password is left out.
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

/// What is wrong with the configuration, all of it at once.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Each fault with its place: files first, then variables, then flags.
  public let faults: [ConfigurationFault]

  /// The faults, a line each.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}
