import FoundationEssentials

/// The folder that a run belongs to: it holds `Config/` and the embedded database's `.seed-runner/`.
struct ProjectDirectory: Sendable {
  /// The folder.
  let path: String

  /// Takes the flag's value, else `SEED_PROJECT_PATH`, else the nearest folder at or above the
  /// current one that has a `.seed-runner` or a `Config/default.json`, else the current one.
  init(explicit: String?, environment: [String: String]) {
    let variable = environment["SEED_PROJECT_PATH"].flatMap { $0.isEmpty ? nil : $0 }
    let current = FileManager.default.currentDirectoryPath
    if let given = explicit ?? variable {
      path = given.hasPrefix("/") ? given : "\(current)/\(given)"
      return
    }
    var folder = URL(filePath: current, directoryHint: .isDirectory)
    while !Self.isProject(folder.path), folder.pathComponents.count > 1 {
      folder.deleteLastPathComponent()
    }
    path = Self.isProject(folder.path) ? folder.path : current
  }

  /// `Config`, if it is there.
  var configDirectory: String? {
    let folder = "\(path)/Config"
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }

  private static func isProject(_ folder: String) -> Bool {
    ["\(folder)/.seed-runner", "\(folder)/Config/default.json"].contains {
      FileManager.default.fileExists(atPath: $0)
    }
  }
}
