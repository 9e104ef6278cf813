/// The version of seed-runner.
public enum ProgramVersion {
  /// The version as `seed-runner --version` prints it and the history keeps it.
  public static let current = "0.1.0"
}
