/// The version of seed-runner.
public enum ProgramVersion {
  /// The version as `seed-runner --version` prints it and the history keeps it.
  public static let current = "0.1.0"
  /// The day of the version, as the manual page shows it. Changed together with ``current``.
  public static let date = "2026-11-21"
}
