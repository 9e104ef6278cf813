import SeedKit

/// Parses a command line according to a `CommandSpec`.
///
/// Supports `--flag`, `--no-flag`, `--key value`, `--key=value`, `-k value`, `-kvalue` and `-qk value`. `--` ends the
/// options, and `_` in an option's name is the same as `-`. Options are allowed anywhere between the words.
///
/// The parser continues after a fault, because the rest of the line may name the command or contain `--help`. It
/// reports the first fault.
struct CommandLineParser {
  let root: CommandSpec
  /// The command that the words so far name.
  var spec: CommandSpec
  var rest: ArraySlice<String>
  var parsed = ParsedCommand()
  /// Whether the words after `help` name a command: `help migrate up`.
  var isHelpWalk = false
  /// Whether a command is unknown, so that `--help` has no command to describe.
  private var isLost = false

  private init(root: CommandSpec, arguments: [String]) {
    self.root = root
    spec = root
    rest = arguments[...]
  }

  /// Parses the arguments after the program's name.
  ///
  /// - Throws: ``UsageError``. If help or the version of an existing command is requested, other faults are ignored.
  static func parse(_ arguments: [String], command: CommandSpec) throws(UsageError) -> ParsedCommand {
    var parser = CommandLineParser(root: command, arguments: arguments)
    return try parser.parse()
  }

  private mutating func parse() throws(UsageError) -> ParsedCommand {
    var fault: UsageError.Reason?
    while let argument = rest.popFirst() {
      do throws(UsageError.Reason) {
        try take(argument)
      } catch {
        if fault == nil { fault = error }
      }
    }
    if !isLost, parsed.isHelpRequested || parsed.isVersionRequested { return parsed }
    do throws(UsageError.Reason) {
      if let fault { throw completed(fault) }
      try check()
    } catch {
      throw UsageError(reason: error, path: parsed.path)
    }
    return parsed
  }

  private mutating func take(_ argument: String) throws(UsageError.Reason) {
    if argument == "--" {
      parsed.arguments += rest
      rest = []
    } else if argument.hasPrefix("--") {
      try takeLongOption(argument)
    } else if argument.hasPrefix("-"), argument.count > 1 {
      try takeShortOptions(argument)
    } else {
      try takeWord(argument)
    }
  }

  private mutating func takeWord(_ word: String) throws(UsageError.Reason) {
    if let subcommand = spec.subcommands.first(where: { $0.name == word }), word != "help" || isHelpWalk {
      parsed.path.append(word)
      spec = subcommand
    } else if word == "help", !spec.subcommands.isEmpty {
      isHelpWalk = true
      parsed.isHelpRequested = true
    } else if !spec.subcommands.isEmpty {
      isLost = true
      throw .unknownSubcommand(
        UsageError.presentable(word), near: near(word: word), known: spec.subcommands.map(\.name))
    } else if isHelpWalk {
      throw .unexpectedArgument(UsageError.presentable(word))
    } else if let argument = spec.arguments.last, !argument.isPassedOn {
      parsed.arguments.append(word)
    } else if spec.arguments.isEmpty {
      throw .unexpectedArgument(UsageError.presentable(word))
    } else {
      throw .notPassedOn(UsageError.presentable(word))
    }
  }

  mutating func takeLongOption(_ argument: String) throws(UsageError.Reason) {
    let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = Self.folded(String(parts.first ?? ""))
    let inline = parts.count == 2 ? String(parts[1]) : nil
    if let option = option(where: { $0.name == name }) {
      try take(option, inline: inline)
      return
    }
    guard name.hasPrefix("no-"), let option = option(where: { $0.name == name.dropFirst(3) }) else {
      throw .unknownOption("--\(UsageError.presentable(name))", near: [])
    }
    guard option.isNegatable else { throw .notNegatable(option: option.long) }
    guard inline == nil else { throw .unexpectedValue(option: "--\(name)") }
    try set(option, to: false)
  }

  /// Parses `-q`, `-j 4`, `-j4`, `-j=4` and `-qj4`.
  mutating func takeShortOptions(_ argument: String) throws(UsageError.Reason) {
    var letters = argument.dropFirst()
    // Reject `-env` instead of reading it as `-e` with the value `nv`.
    let name = Self.folded(String(letters.prefix { $0 != "=" }))
    if name.count > 1, let meant = option(where: { $0.name == name }) {
      throw .unknownOption("-\(name)", near: [meant.long])
    }
    while let letter = letters.popFirst() {
      guard let option = option(where: { $0.short == letter }) else {
        throw .unknownOption("-\(letter)", near: name.count > 1 ? near(option: name) : [])
      }
      guard option.value == .none else {
        let value = letters.first == "=" ? letters.dropFirst() : letters
        try take(option, inline: letters.isEmpty ? nil : String(value))
        return
      }
      if option.role == .help { parsed.isHelpBrief = true }
      // A flag followed by `=` was given a value.
      guard letters.first != "=" else { throw .unexpectedValue(option: "-\(letter)") }
      try take(option, inline: nil)
    }
  }

  /// Whether only the command tells which values an option takes.
  private func isAmbiguous(_ option: OptionSpec) -> Bool {
    root.tree.contains { $0.command.options.contains { $0.name == option.name && $0.range != option.range } }
  }

  /// Finds an option of the command, or else of any command: an option may precede the name of its command, and
  /// takes a value in every command or in none.
  private func option(where matches: (OptionSpec) -> Bool) -> OptionSpec? {
    if let option = spec.options.first(where: matches) { return option }
    return root.tree.lazy.flatMap(\.command.options).first(where: matches)
  }

  private mutating func take(_ option: OptionSpec, inline: String?) throws(UsageError.Reason) {
    guard let valueName = option.valueName else {
      guard inline == nil else { throw .unexpectedValue(option: option.long) }
      switch option.role {
      case .ordinary: try set(option, to: true)
      case .help: parsed.isHelpRequested = true
      case .version: parsed.isVersionRequested = true
      }
      return
    }
    let text = try value(of: option, valueName: valueName, inline: inline)
    let earlier = parsed.values(of: option.name)
    guard earlier.isEmpty || option.isRepeatable else { throw .givenTwice(option: option.long) }
    var values = [text]
    if option.isList {
      values = text.split(separator: ",").map(Self.trimmed).filter { !$0.isEmpty }
      guard !values.isEmpty else {
        throw .missingValue(option: option.long, valueName: valueName, found: nil)
      }
    }
    var checked = earlier
    let isKnown = spec.options.contains(option) || !isAmbiguous(option)
    for value in values { checked.append(isKnown ? try self.checked(value, for: option) : value) }
    parsed.options[option.name] = .values(checked)
  }

  /// Sets a flag. It may be given twice, but not together with its negation.
  private mutating func set(_ option: OptionSpec, to isOn: Bool) throws(UsageError.Reason) {
    if let earlier = parsed.flag(option.name), earlier != isOn, let negation = option.negation {
      throw .conflicting(option.long, negation)
    }
    parsed.options[option.name] = .flag(isOn)
  }

  private mutating func value(
    of option: OptionSpec, valueName: String, inline: String?
  ) throws(UsageError.Reason) -> String {
    var found: String?
    if let inline {
      if !inline.isEmpty { return inline }
    } else if let next = rest.first {
      // `--jobs --all` has no value, while `--jobs -1` has an invalid one.
      let isOption = next.hasPrefix("-") && next.count > 1 && Int(next) == nil
      if !isOption { rest.removeFirst() }
      if !isOption, !next.isEmpty { return next }
      if isOption { found = UsageError.presentable(String(next.prefix { $0 != "=" })) }
    }
    throw .missingValue(option: option.long, valueName: valueName, found: found)
  }

  /// Checks a value and returns it in the spelling of the specification.
  func checked(_ value: String, for option: OptionSpec) throws(UsageError.Reason) -> String {
    if let allowed = option.allowed {
      if let match = Self.match(value, in: allowed) { return match }
      throw .valueNotAllowed(
        option: option.long, value: UsageError.presentable(value), allowed: allowed,
        near: Suggestion.nearest(to: Self.folded(value), in: allowed))
    }
    guard let range = option.range else { return value }
    guard let number = Int(value), range.contains(number) else {
      throw .numberNotAllowed(option: option.long, value: UsageError.presentable(value), range: range)
    }
    return String(number)
  }

  /// Finds a value in a closed list. `price_lists` matches `price-lists`.
  static func match(_ value: String, in allowed: [String]) -> String? {
    allowed.first { $0 == value } ?? allowed.first { $0 == folded(value) }
      ?? allowed.first { $0.lowercased() == value.lowercased() }
  }

  private static func trimmed(_ item: Substring) -> String {
    var item = item
    while item.first?.isWhitespace ?? false { item.removeFirst() }
    while item.last?.isWhitespace ?? false { item.removeLast() }
    return String(item)
  }

  static func folded(_ name: String) -> String { name.replacing("_", with: "-") }
}
