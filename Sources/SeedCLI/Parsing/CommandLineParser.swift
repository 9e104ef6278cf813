import SeedKit

/// Understands a command line by the specification of its commands.
struct CommandLineParser {
  private let root: CommandSpec
  private var rest: ArraySlice<String>
  private var command = ParsedCommand()
  private var spec: CommandSpec
  private var onlyArguments = false

  /// Parses what follows the program's name.
  ///
  /// - Throws: ``UsageError``.
  static func parse(_ arguments: [String], command root: CommandSpec) throws -> ParsedCommand {
    var parser = CommandLineParser(root: root, rest: arguments[...], spec: root)
    return try parser.parse()
  }

  private init(root: CommandSpec, rest: ArraySlice<String>, spec: CommandSpec) {
    self.root = root
    self.rest = rest
    self.spec = spec
  }

  private mutating func parse() throws -> ParsedCommand {
    while let argument = rest.popFirst() {
      if onlyArguments {
        command.arguments.append(argument)
      } else if argument == "--" {
        onlyArguments = true
      } else if argument.hasPrefix("--") {
        try longOption(argument.dropFirst(2))
      } else if argument.hasPrefix("-"), argument.count > 1 {
        try shortOption(argument.dropFirst())
      } else {
        try word(argument)
      }
    }
    return try checked()
  }

  /// Options before a subcommand's name belong to it too, so all commands' options are known
  /// everywhere; whether the command takes them is checked at the end.
  private func option(_ name: String) -> OptionSpec? {
    func all(_ spec: CommandSpec) -> [OptionSpec] { spec.options + spec.subcommands.flatMap(all) }
    return spec.options.first { $0.name == name } ?? all(root).first { $0.name == name }
  }

  private mutating func longOption(_ text: Substring) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    // `--sample_traces` is `--sample-traces`.
    let name = String((parts.first ?? "").replacing("_", with: "-"))
    let inline = parts.count == 2 ? String(parts[1]) : nil
    if name == "help" {
      command.isHelpRequested = true
      return
    }
    guard let option = option(name) else {
      throw failure(.unknownOption("--\(name)", near: near(name)))
    }
    try take(option, inline: inline)
  }

  private mutating func shortOption(_ text: Substring) throws {
    guard let letter = text.first else { return }
    if letter == "h" {
      command.isHelpRequested = true
      return
    }
    guard let option = (spec.options + root.options).first(where: { $0.short == letter }) else {
      throw failure(.unknownOption("-\(letter)", near: []))
    }
    let remainder = text.dropFirst()
    guard option.value == .none, !remainder.isEmpty else {
      try take(option, inline: remainder.isEmpty ? nil : String(remainder))
      return
    }
    try take(option, inline: nil)
    try shortOption(remainder)
  }

  private mutating func take(_ option: OptionSpec, inline: String?) throws {
    let values: [String]
    switch option.value {
    case .none:
      guard inline == nil else { throw failure(.unexpectedValue(option: option.name)) }
      values = []
    case .required(let placeholder):
      let value = try value(of: option, inline: inline, placeholder: placeholder)
      guard command.options[option.name] == nil else { throw failure(.repeated(option: option.name)) }
      values = [value]
    case .list(let placeholder):
      values = try value(of: option, inline: inline, placeholder: placeholder)
        .split(separator: ",").map { String($0.replacing("_", with: "-")) }
      guard !values.isEmpty else {
        throw failure(.missingValue(option: option.name, placeholder: placeholder))
      }
    }
    if let allowed = option.allowed {
      for value in values where !allowed.contains(value) {
        let near = Suggestion.nearest(to: value, in: allowed).first.map { "; did you mean '\($0)'?" } ?? ""
        throw failure(
          .invalidValue(
            option: option.name, value: value, expected: "one of \(allowed.joined(separator: ", "))\(near)"))
      }
    }
    command.options[option.name, default: []] += values
  }

  private mutating func value(of option: OptionSpec, inline: String?, placeholder: String) throws -> String {
    if let inline, !inline.isEmpty { return inline }
    // The next option is no value: `--jobs --all` lacks one.
    guard inline == nil, let next = rest.first, !next.hasPrefix("-") || Int(next) != nil else {
      throw failure(.missingValue(option: option.name, placeholder: placeholder))
    }
    rest.removeFirst()
    return next
  }

  private mutating func word(_ word: String) throws {
    if command.path.isEmpty, command.arguments.isEmpty, word == "help" {
      command.isHelpRequested = true
      return
    }
    if let subcommand = spec.subcommands.first(where: { $0.name == word }) {
      command.path.append(word)
      spec = subcommand
    } else if spec.arguments != nil {
      command.arguments.append(word)
    } else if spec.subcommands.isEmpty {
      throw failure(.unexpectedArgument(word))
    } else {
      let commands = spec.subcommands.map(\.name)
      let flags = command.path.isEmpty ? selectable.map { "--\($0)" } : []
      let candidates = commands + flags.map { String($0.dropFirst(2)) }
      let near = Suggestion.nearest(to: word.replacing("_", with: "-"), in: candidates)
      let exact = candidates.first { $0 == word.replacing("_", with: "-") }
      throw failure(
        .unknownCommand(
          word, near: ((exact.map { [$0] }) ?? near).map { commands.contains($0) ? $0 : "--\($0)" }))
    }
  }

  private var selectable: [String] {
    root.options.filter { $0.group == SeedRunnerCommand.seederGroup }.map(\.name)
  }

  private func near(_ name: String) -> [String] {
    let known = (spec.options + root.options).map(\.name) + ["help"]
    return Suggestion.nearest(to: name, in: Set(known)).map { "--\($0)" }
  }

  private func failure(_ reason: UsageError.Reason) -> UsageError { UsageError(reason, path: command.path) }

  /// What can only be told when all is read.
  private func checked() throws -> ParsedCommand {
    if command.isHelpRequested || command.has("version") { return command }
    let names = Set(spec.options.map(\.name))
    if let stray = command.options.keys.sorted().first(where: { !names.contains($0) }) {
      throw failure(.unknownOption("--\(stray)", near: []))
    }
    if !spec.subcommands.isEmpty, !command.path.isEmpty {
      throw failure(.missingCommand(spec.subcommands.map(\.name)))
    }
    if let arguments = spec.arguments, !arguments.hasPrefix("["), command.arguments.isEmpty {
      throw failure(.missingArgument(arguments))
    }
    if spec.arguments == nil, let extra = command.arguments.first {
      throw failure(.unexpectedArgument(extra))
    }
    if command.path.isEmpty { try checkSelection() }
    if command.has("to"), command.has("steps") { throw failure(.conflict("--to", "--steps")) }
    return command
  }

  private func checkSelection() throws {
    let flags = selectable.filter { $0 != "all" && $0 != "only" && $0 != "except" && command.has($0) }
    let known = root.options.filter { $0.group == SeedRunnerCommand.seederGroup }
      .filter { $0.value == .none && $0.name != "all" }.map(\.name)
    for option in ["only", "except"] {
      for name in command.values(of: option) where !known.contains(name) {
        let near = Suggestion.nearest(to: name, in: known).first.map { "; did you mean '\($0)'?" } ?? ""
        throw failure(
          .invalidValue(
            option: option, value: name, expected: "one of \(known.joined(separator: ", "))\(near)"))
      }
    }
    if command.has("all") {
      if let flag = flags.first { throw failure(.conflict("--all", "--\(flag)")) }
      if command.has("only") { throw failure(.conflict("--all", "--only")) }
    } else {
      if command.has("except") { throw failure(.needs("--except", "--all")) }
      if flags.isEmpty, !command.has("only") { throw failure(.nothingSelected(known)) }
    }
  }
}
