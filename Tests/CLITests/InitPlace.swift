import FoundationEssentials
import Postgres
import SeedTesting

/// A folder in which `init` is run, and its database.
struct InitPlace: Sendable {
  let folder: TemporaryFolder
  /// Nil: no database is configured.
  let url: String?

  /// A database after a script, and an empty folder.
  static func with(
    _ script: String = "", _ body: (InitPlace, TemporaryDatabase) async throws -> Void
  ) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { try await $0.runScript(script) }
      try await TemporaryFolder.with { folder in
        try await body(InitPlace(folder: folder, url: database.url), database)
      }
    }
  }

  /// Runs the program in the folder.
  func run(
    _ arguments: String..., in directory: String? = nil, variables: [String: String] = [:]
  ) async throws -> SeedRunnerBinary.Result {
    let end = try await SeedRunnerBinary.start(
      arguments, url: url, variables: variables, directory: directory ?? folder.path
    ).wait(timeout: .seconds(120))
    return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
  }

  /// Pastes the commands that an output suggests into a shell, one after the other.
  ///
  /// - Returns: what the last one printed.
  func paste(_ output: String, in directory: String? = nil) async throws -> SeedRunnerBinary.Result {
    let programs = URL(filePath: SeedRunnerBinary.path).deletingLastPathComponent().path
    var environment = [
      "PATH": "\(programs):/usr/bin:/bin", "HOME": "/nonexistent", "SEED_ENV": "test",
      "XDG_DATA_HOME": Self.dataHome, "DATABASE_URL": url,
    ].compactMapValues(\.self)
    environment["CAPACITY_IS_PART_OF_ALL"] = "false"
    var last = SeedRunnerBinary.Result(exitCode: -1, output: "", errors: "no commands")
    for command in Self.commands(output) {
      let end = try await ChildProcess.start(
        "/bin/bash", ["-c", command], environment: environment, directory: directory ?? folder.path
      ).wait(timeout: .seconds(120))
      last = SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
      guard end.exitCode == 0 else { return last }
    }
    return last
  }

  /// The commands of an output, in order.
  static func commands(_ output: String) -> [String] {
    output.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
  }

  private static var dataHome: String? {
    let caller = ProcessInfo.processInfo.environment
    return caller["XDG_DATA_HOME"] ?? caller["HOME"].map { $0 + "/.local/share" }
  }

  /// Writes a file and the folders above it.
  func write(_ text: String, to path: String) throws {
    if let end = path.lastIndex(of: "/") {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(path[..<end])", withIntermediateDirectories: true)
    }
    try folder.write(text, to: path)
  }

  func read(_ path: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(path)", encoding: .utf8)
  }

  /// The paths of all files and folders, and the text of the files.
  var content: [String: String] {
    get throws {
      var result: [String: String] = [:]
      for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
        result[path] = (try? read(path)) ?? ""
      }
      return result
    }
  }
}
