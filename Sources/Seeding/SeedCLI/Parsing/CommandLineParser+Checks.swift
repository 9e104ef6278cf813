import SeedKit

/// Checks that need the whole command line.
extension CommandLineParser {
  func check() throws(UsageError.Reason) {
    if spec.needsSubcommand { throw .missingSubcommand(spec.subcommands.map(\.name)) }
    for name in parsed.options.keys.sorted() where !spec.options.contains(where: { $0.name == name }) {
      let owners = root.tree.filter { $0.command.options.contains { $0.name == name } }
      throw .optionNotAccepted("--\(name)", by: owners.map { $0.path.joined(separator: " ") })
    }
    // Values before the name of the command may not have been checked.
    for option in spec.options where option.range != nil {
      for value in parsed.values(of: option.name) { _ = try checked(value, for: option) }
    }
    try checkArguments()
    for rule in spec.rules { try check(rule) }
  }

  private func checkArguments() throws(UsageError.Reason) {
    var words = parsed.arguments[...]
    for argument in spec.arguments {
      if argument.isRequired, words.isEmpty {
        throw .missingArgument(
          argument.name, usage: spec.arguments.map(\.usage).joined(separator: " "))
      }
      for word in argument.isRepeating ? words : words.prefix(1) {
        guard let allowed = argument.allowed, !allowed.contains(word) else { continue }
        throw .argumentNotAllowed(
          argument.name, value: UsageError.presentable(word), allowed: allowed,
          near: Suggestion.nearest(to: word, in: allowed))
      }
      words = argument.isRepeating ? [] : words.dropFirst()
    }
    if let word = words.first { throw .unexpectedArgument(UsageError.presentable(word)) }
  }

  private func check(_ rule: OptionRule) throws(UsageError.Reason) {
    switch rule {
    case .excludes(let some, let others):
      if let one = some.first(where: parsed.has), let other = others.first(where: parsed.has) {
        throw .conflicting("--\(one)", "--\(other)")
      }
    case .requires(let option, let other):
      if parsed.has(option), !parsed.has(other) {
        throw .requires(option: "--\(option)", other: "--\(other)")
      }
    case .ascends(let option, let other):
      if let low = parsed.integer(option), let high = parsed.integer(other), low > high {
        throw .descending(option: "--\(option)", other: "--\(other)")
      }
    case .selects(let options):
      if !options.contains(where: parsed.has) { throw .nothingSelected(options.map { "--\($0)" }) }
    }
  }
}

/// Suggestions for mistyped words.
extension CommandLineParser {
  /// Adds suggestions to a fault. The command is only known once the whole line is read.
  func completed(_ fault: UsageError.Reason) -> UsageError.Reason {
    guard case .unknownOption(let option, near: let known) = fault, known.isEmpty else { return fault }
    // For a command that starts another program, the option was probably meant for that program.
    if spec.arguments.contains(where: \.isPassedOn) { return .notPassedOn(option) }
    let name = String(option.drop { $0 == "-" })
    // A single letter has no near names.
    guard option.hasPrefix("--") else { return fault }
    return .unknownOption(option, near: near(option: name))
  }

  /// The options with similar names, with their hyphens: options of the command, or else of any command.
  func near(option name: String) -> [String] {
    let everywhere = root.tree.flatMap(\.command.options)
    for options in [spec.options, everywhere] {
      if name.count == 1, let option = options.first(where: { $0.short.map { name == String($0) } ?? false })
      {
        return ["-\(name)", option.long]
      }
      let names = options.flatMap { [$0.name] + ($0.negation.map { [String($0.dropFirst(2))] } ?? []) }
      let near = Suggestion.nearest(to: name, in: names)
      // An incomplete name such as `--config` for `--config-path` is not near by edit distance.
      let longer = Set(names.filter { $0.hasPrefix(name + "-") }).sorted().prefix(3)
      let found = near.isEmpty ? Array(longer) : near
      if !found.isEmpty { return found.map { "--\($0)" } }
    }
    return []
  }

  /// Suggestions for an unknown word: a command at this level or below, or a flag without its hyphens.
  func near(word: String) -> [String] {
    let word = Self.folded(word)
    // Only commands follow `help`.
    let flags = isHelpWalk ? [] : spec.options.map(\.name)
    if flags.contains(word) { return ["--\(word)"] }
    let below = spec.tree.map(\.path).filter { $0.count > 1 && $0.last == word }
    if !below.isEmpty { return below.map { $0.joined(separator: " ") } }
    let commands = spec.subcommands.map(\.name)
    return Suggestion.nearest(to: word, in: commands + flags.filter { !commands.contains($0) })
      .map { commands.contains($0) ? $0 : "--\($0)" }
  }
}
