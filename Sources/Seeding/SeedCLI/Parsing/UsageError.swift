import SeedKit

/// Why a command line is invalid. ``UsageErrorFormatter`` turns it into a message.
///
/// It contains no values of secret options, and words that may contain a password are shortened.
struct UsageError: CodedError, Sendable, Hashable {
  /// The reason. Options include their hyphens.
  enum Reason: Error, Sendable, Hashable {
    /// No command has this option.
    case unknownOption(String, near: [String])
    /// Only other commands have this option.
    case optionNotAccepted(String, by: [String])
    /// An option that cannot be negated was given as `--no-…`.
    case notNegatable(option: String)
    /// The value is missing. `found` is the option in its place.
    case missingValue(option: String, valueName: String, found: String?)
    /// A flag was given a value.
    case unexpectedValue(option: String)
    /// The value is not one of the allowed ones.
    case valueNotAllowed(option: String, value: String, allowed: [String], near: [String])
    /// The value is not an integer of the range.
    case numberNotAllowed(option: String, value: String, range: ClosedRange<Int>)
    /// The option cannot be repeated.
    case givenTwice(option: String)
    /// The two options cannot be combined.
    case conflicting(String, String)
    /// The option requires another one.
    case requires(option: String, other: String)
    /// The value of the first option is greater than that of the second.
    case descending(option: String, other: String)
    /// None of these options is present, but one is required.
    case nothingSelected([String])
    /// The command is unknown. `near` are suggestions, which may be options.
    case unknownSubcommand(String, near: [String], known: [String])
    /// The command requires a subcommand.
    case missingSubcommand([String])
    /// The command takes no further argument.
    case unexpectedArgument(String)
    /// An argument for another program precedes `--`.
    case notPassedOn(String)
    /// A required argument is missing. `usage` shows all arguments, such as `TABLE KEY...`.
    case missingArgument(String, usage: String)
    /// The argument is not one of the allowed ones.
    case argumentNotAllowed(String, value: String, allowed: [String], near: [String])
  }

  /// The reason.
  let reason: Reason
  /// The names of the subcommands, as far as they were recognized.
  let path: [String]

  var errorCode: ErrorCode {
    switch reason {
    case .nothingSelected: .nothingSelected
    case .valueNotAllowed("--only", _, _, _), .valueNotAllowed("--except", _, _, _),
      .argumentNotAllowed("SEEDER", _, _, _):
      .unknownSeeder
    default: .invalidCommandLine
    }
  }

  /// A word of the command line as an error may show it: only the scheme of a URL, and nothing of a word that
  /// contains "password".
  static func presentable(_ word: String) -> String {
    if let scheme = word.firstRange(of: "://") { return word[..<scheme.upperBound] + "..." }
    return word.lowercased().contains("password") ? "..." : word
  }
}
