/// Words a command line that was not understood.
enum UsageErrorFormatter {
  /// What is wrong.
  static func message(for error: UsageError) -> String {
    switch error.reason {
    case .unknownOption(let name, let near): "unknown option '\(name)'\(suggestion(near))"
    case .unknownCommand(let name, let near): "unknown command '\(name)'\(suggestion(near))"
    case .missingCommand(let names): "which one? Expected one of \(names.joined(separator: ", "))"
    case .missingValue(let option, let placeholder): "'--\(option)' needs a value: --\(option) \(placeholder)"
    case .unexpectedValue(let option): "'--\(option)' takes no value"
    case .invalidValue(let option, let value, let expected):
      "'\(value)' is not a value of '--\(option)'; expected \(expected)"
    case .repeated(let option): "'--\(option)' was given more than once"
    case .unexpectedArgument(let argument): "unexpected argument '\(argument)'"
    case .missingArgument(let name): "the argument \(name) is missing"
    case .conflict(let first, let second): "'\(first)' and '\(second)' contradict each other"
    case .needs(let first, let second): "'\(first)' goes with '\(second)'"
    case .nothingSelected(let seeders):
      "nothing was selected: use --all, or any of \(seeders.map { "--\($0)" }.joined(separator: ", "))"
    }
  }

  /// Where to read more.
  static func remedy(for error: UsageError) -> String {
    "see '\((["seed-runner"] + error.path).joined(separator: " ")) --help'"
  }

  private static func suggestion(_ near: [String]) -> String {
    guard let last = near.last else { return "" }
    let names = near.dropLast().map { "'\($0)'" } + ["'\(last)'"]
    return ". Did you mean \(names.joined(separator: " or "))?"
  }
}
