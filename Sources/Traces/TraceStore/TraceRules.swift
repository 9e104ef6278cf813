/// How long the parts of a trace may be, be it of a fixture or of a user.
public enum TraceRules {
  /// Characters of a title.
  public static let title = 1...500
  /// Characters of the problem, and of the solution: far above what a person reads, far below what would
  /// trouble the server.
  public static let text = 1...1_000_000
  /// Characters of a user's problem, and of the solution: fifty of them are still an answer of a few megabytes.
  public static let contributedText = 1...50_000
  /// How many tags.
  public static let tags = 1...20
  /// Characters of the name of the model that found the solution, and of its version.
  public static let agent = 1...200
}
