/// What must hold between the options of one command. All names are long names without hyphens.
enum OptionRule: Sendable, Hashable {
  /// None of the first goes with any of the second.
  case excludes([String], [String])
  /// The first is meaningless without the second.
  case requires(String, String)
  /// The number of the first is not above that of the second.
  case ascends(String, String)
  /// At least one of these selects what the command works on.
  case selects([String])
}
