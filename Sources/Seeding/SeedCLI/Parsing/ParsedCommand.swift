import SeedKit

/// A parsed command line.
struct ParsedCommand: Sendable, Hashable {
  /// The value of an option.
  enum Given: Sendable, Hashable {
    /// `--debug` is true, `--no-debug` is false.
    case flag(Bool)
    /// The values, in order.
    case values([String])
  }

  /// The names of the subcommands; empty for the program itself.
  var path: [String] = []
  /// The options by their long names.
  var options: [String: Given] = [:]
  /// The arguments, in order, with those after `--`.
  var arguments: [String] = []
  /// Whether the command's help is requested. Other properties may then be incomplete.
  var isHelpRequested = false
  /// Whether help is requested by `-h`, which shows a summary.
  var isHelpBrief = false
  /// Whether the program's version is requested. Other properties may then be incomplete.
  var isVersionRequested = false

  /// Whether an option is present and not negated.
  func has(_ option: String) -> Bool {
    options[option].map { $0 != .flag(false) } ?? false
  }

  /// The value of a flag; nil if it is absent.
  func flag(_ option: String) -> Bool? {
    guard case .flag(let isOn) = options[option] else { return nil }
    return isOn
  }

  /// All values of an option, in order.
  func values(of option: String) -> [String] {
    guard case .values(let values) = options[option] else { return [] }
    return values
  }

  /// The last value of an option; nil if it is absent.
  func value(of option: String) -> String? { values(of: option).last }

  /// The values of the options that set settings, by the name of the flag.
  func settingFlags(_ keys: [AnySettingKey]) -> [String: String] {
    var flags: [String: String] = [:]
    for name in keys.compactMap(\.flag) {
      flags[name] = flag(name).map { "\($0)" } ?? value(of: name)
    }
    return flags
  }

  /// The value of an option with a range, which the parser has checked; nil if it is absent.
  func integer(_ option: String) -> Int? { value(of: option).flatMap { Int($0) } }
}

extension ParsedCommand: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The command and the names of its options, without values, which may be secret.
  var description: String {
    (path + options.keys.sorted().map { "--\($0)" }).joined(separator: " ")
  }

  /// The same as the description.
  var debugDescription: String { description }

  /// Contains only the description, so that values are not dumped.
  var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
