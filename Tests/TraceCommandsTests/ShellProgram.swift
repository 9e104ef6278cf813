import FoundationEssentials
import SeedTesting

/// A shell that runs a script without start-up files and terminal.
struct ShellProgram: Sendable {
  let path: String
  let options: [String]

  static let bash = ShellProgram(path: "/bin/bash", options: ["--noprofile", "--norc"])
  static let zsh = ShellProgram(path: "/usr/bin/zsh", options: ["-f"])
  static let fish = ShellProgram(path: "/usr/bin/fish", options: ["--no-config"])

  /// Whether the shell is installed.
  var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// Runs a script in a folder.
  func run(_ text: String, _ more: [String] = [], in folder: String = "/") async throws -> ChildProcess.End {
    let process = try ChildProcess.start(
      path, options + more + ["-c", text],
      environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder],
      directory: folder)
    return try await process.wait()
  }

  /// Runs a script in a temporary folder with a file `data file.json` and a folder `Config dir`.
  func runAmongFiles(_ text: String) async throws -> ChildProcess.End {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appending(path: "seed-cli-\(UUID().uuidString)")
    try files.createDirectory(
      at: folder.appending(path: "Config dir"), withIntermediateDirectories: true)
    defer { try? files.removeItem(at: folder) }
    try Data().write(to: folder.appending(path: "data file.json"))
    return try await run(text, in: folder.path)
  }
}
