import SeedKit

/// Why a command line is invalid. ``UsageErrorFormatter`` words it.
///
/// It contains no value of a secret option, and shortens words that may contain a password.
struct UsageError: CodedError, Sendable, Hashable {
  /// What is wrong. Options are spelled as they are typed, with their hyphens.
  enum Reason: Error, Sendable, Hashable {
    /// No command has this option.
    case unknownOption(String, near: [String])
    /// Another command has this option, but not the one that was called.
    case optionNotAccepted(String, by: [String])
    /// An option that has no opposite was given as `--no-…`.
    case notNegatable(option: String)
    /// The value is missing; `found` is the option that stands in its place.
    case missingValue(option: String, valueName: String, found: String?)
    /// A flag was given a value.
    case unexpectedValue(option: String)
    /// The value is not on the list.
    case valueNotAllowed(option: String, value: String, allowed: [String], near: [String])
    /// The value is no whole number of the range.
    case numberNotAllowed(option: String, value: String, range: ClosedRange<Int>)
    /// The option can be given only once.
    case givenTwice(option: String)
    /// Two options that exclude each other.
    case conflicting(String, String)
    /// An option that is meaningless without another.
    case requires(option: String, other: String)
    /// The number of the first option is above that of the second.
    case descending(option: String, other: String)
    /// No option says what to work on.
    case nothingSelected([String])
    /// There is no such command; `near` are words to type instead, options among them.
    case unknownSubcommand(String, near: [String], known: [String])
    /// The command does nothing by itself.
    case missingSubcommand([String])
    /// A word too many.
    case unexpectedArgument(String)
    /// A word for another program that stands before `--`.
    case notPassedOn(String)
    /// An argument is missing.
    ///
    /// - Parameter usage: all arguments as the usage line shows them: `TABLE KEY...`.
    case missingArgument(String, usage: String)
    /// The argument is not on the list.
    case argumentNotAllowed(String, value: String, allowed: [String], near: [String])
  }

  /// What is wrong.
  let reason: Reason
  /// The command that it is about: the names of the subcommands, as far as they were understood.
  let path: [String]

  var errorCode: ErrorCode {
    if case .nothingSelected = reason { .nothingSelected } else { .invalidCommandLine }
  }

  /// A word of the command line as an error may show it: of a URL only the scheme, of anything that
  /// speaks of a password nothing.
  static func presentable(_ word: String) -> String {
    if let scheme = word.firstRange(of: "://") { return word[..<scheme.upperBound] + "..." }
    return word.lowercased().contains("password") ? "..." : word
  }
}
