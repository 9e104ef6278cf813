/// Words the error for an invalid command line.
enum UsageErrorFormatter {
  /// The command that shows more: "seed-runner migrate --help".
  static func reference(for error: UsageError, program: String = SeedRunnerCommand.name) -> String {
    "\(command(error.path, program)) --help"
  }

  /// The problem, without a full stop.
  static func message(for error: UsageError, program: String = SeedRunnerCommand.name) -> String {
    let command = command(error.path, program)
    let text =
      switch error.reason {
      case .unknownOption(let option, _): "unknown option '\(option)'"
      case .optionNotAccepted(let option, _): "'\(option)' is not an option of '\(command)'"
      case .notNegatable(let option): "'\(option)' cannot be negated"
      case .missingValue(let option, _, _): "'\(option)' needs a value"
      case .unexpectedValue(let option): "'\(option)' takes no value"
      case .valueNotAllowed(let option, let value, _, _), .numberNotAllowed(let option, let value, _):
        "'\(value)' is not a value of '\(option)'"
      case .givenTwice(let option): "'\(option)' is given more than once"
      case .conflicting(let one, let other): "'\(one)' and '\(other)' cannot be combined"
      case .requires(let option, let other): "'\(option)' needs '\(other)'"
      case .descending(let option, let other): "'\(option)' is above '\(other)'"
      case .nothingSelected: "no seeders selected"
      case .unknownSubcommand(let word, _, _): "unknown command '\(word)'"
      case .missingSubcommand: "'\(command)' needs a command"
      case .unexpectedArgument(let word): "unexpected argument '\(word)'"
      case .notPassedOn(let word): "'\(word)' must follow '--'"
      case .missingArgument(let name, _): "'\(command)' needs \(name)"
      case .argumentNotAllowed(let name, let value, _, _): "'\(value)' is not a valid \(name)"
      }
    return text.printable
  }

  /// What to do about it. Nil if the message says it already.
  static func help(for error: UsageError, program: String = SeedRunnerCommand.name) -> String? {
    help(for: error.reason, path: error.path, program: program)?.printable
  }

  private static func help(for reason: UsageError.Reason, path: [String], program: String) -> String? {
    switch reason {
    case .unknownOption(_, let near): near.isEmpty ? nil : didYouMean(near)
    case .optionNotAccepted(_, let owners):
      // A list of many commands would not help.
      owners.count > 3
        ? nil
        : "use it with \(quoted(owners.map { command($0.isEmpty ? [] : [$0], program) }, last: "or"))"
    case .notNegatable(let option): "omit '\(option)' instead"
    case .missingValue(let option, let valueName, let found):
      if let found {
        "'\(found)' is read as an option. Write '\(option) \(valueName)', or "
          + "'\(option)=\(valueName)' for a value that starts with '-'."
      } else {
        "write '\(option) \(valueName)'"
      }
    case .unexpectedValue, .givenTwice, .unexpectedArgument: nil
    case .valueNotAllowed(_, _, let allowed, let near), .argumentNotAllowed(_, _, let allowed, let near):
      near.isEmpty ? "choose \(list(allowed))" : didYouMean(near)
    case .numberNotAllowed(_, _, let range): "give a whole number\(limits(of: range))"
    case .conflicting(let one, let other): "omit '\(one)' or '\(other)'"
    case .requires(_, let other): "add '\(other)'"
    case .descending(let option, let other): "make '\(option)' at most as large as '\(other)'"
    case .nothingSelected(let options): "add \(list(options))"
    case .unknownSubcommand(_, let near, let known):
      near.isEmpty ? "use one of \(list(known, last: "and"))" : didYouMean(near)
    case .missingSubcommand(let known): "add \(list(known))"
    case .notPassedOn(let word): "write '\(command(path, program)) -- \(word)' to pass it on"
    case .missingArgument(_, let usage): "write '\(command(path, program)) \(usage)'"
    }
  }

  private static func limits(of range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? " from \(range.lowerBound)" : " from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func command(_ path: [String], _ program: String) -> String {
    ([program] + path).joined(separator: " ")
  }

  private static func didYouMean(_ near: [String]) -> String { "Did you mean \(quoted(near, last: "or"))?" }

  private static func quoted(_ names: [String], last: String) -> String {
    list(names.map { "'\($0)'" }, last: last)
  }

  private static func list(_ names: [String], last: String = "or") -> String {
    guard let final = names.last else { return "nothing" }
    guard names.count > 1 else { return final }
    return names.dropLast().joined(separator: ", ") + " \(last) " + final
  }
}
