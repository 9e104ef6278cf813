import CBuild

/// The version of seed-runner.
public enum ProgramVersion {
  /// The version as `seed-runner --version` prints it and the history keeps it.
  public static let current = "0.1.0"
  /// The day of the version, as the manual page shows it. Changed together with ``current``.
  public static let date = "2026-11-21"
  /// The Git commit of the sources; nil if the program was not built by a script in `Packaging`.
  public static let commit = cbuild_commit().map { String(cString: $0) }
  /// The kind of build: `portable` and `debian` are built by the scripts in `Packaging`, `source` by a developer.
  public static let build = cbuild_package().map { String(cString: $0) } ?? "source"
}
