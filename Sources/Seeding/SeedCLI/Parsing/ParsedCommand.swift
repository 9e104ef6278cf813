import SeedKit

/// A command line that was understood.
struct ParsedCommand: Sendable, Hashable {
  /// An option as it was given.
  enum Given: Sendable, Hashable {
    /// `--debug` is true, `--no-debug` is false.
    case flag(Bool)
    /// The values, in order.
    case values([String])
  }

  /// The names of the subcommands; empty for the program itself.
  var path: [String] = []
  /// The options that were given, by their long names.
  var options: [String: Given] = [:]
  /// The arguments, in order, with those after `--`.
  var arguments: [String] = []
  /// Whether the command's help was asked for. The rest may then be incomplete.
  var isHelpRequested = false
  /// Whether it was asked for by `-h`, which shows the most important part.
  var isHelpBrief = false
  /// Whether the program's version was asked for. The rest may then be incomplete.
  var isVersionRequested = false

  /// Whether an option was given and not negated.
  func has(_ option: String) -> Bool {
    options[option].map { $0 != .flag(false) } ?? false
  }

  /// What was said of a flag: nil if nothing was.
  func flag(_ option: String) -> Bool? {
    guard case .flag(let isOn) = options[option] else { return nil }
    return isOn
  }

  /// All values of an option, in order.
  func values(of option: String) -> [String] {
    guard case .values(let values) = options[option] else { return [] }
    return values
  }

  /// The last value of an option.
  func value(of option: String) -> String? { values(of: option).last }

  /// The values of the options that are settings, by the name of their flag.
  func settingFlags(_ keys: [AnySettingKey]) -> [String: String] {
    var flags: [String: String] = [:]
    for name in keys.compactMap(\.flag) {
      flags[name] = flag(name).map { "\($0)" } ?? value(of: name)
    }
    return flags
  }

  /// The value of an option that has a range of numbers: the parser has checked it.
  func integer(_ option: String) -> Int? { value(of: option).flatMap { Int($0) } }
}

extension ParsedCommand: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The command and the names of its options. Values may be secrets, so they are left out.
  var description: String {
    (path + options.keys.sorted().map { "--\($0)" }).joined(separator: " ")
  }

  /// The same as the description.
  var debugDescription: String { description }

  /// Shows no more than the description does.
  var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
