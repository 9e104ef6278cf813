import FoundationEssentials

/// The project folder, which contains `Config/` and the embedded database in `.seed-runner/`.
struct ProjectDirectory: Sendable {
  /// The path of the folder.
  let path: String

  /// Finds the project: the flag's value, or `SEED_PROJECT_PATH`, or the nearest folder at or above the working
  /// directory with a `.seed-runner` or a `Config/default.json`, or the working directory.
  ///
  /// - Parameter searchesParents: false for `init`, which creates a project in the working directory.
  init(explicit: String?, environment: [String: String], searchesParents: Bool = true) {
    let variable = environment["SEED_PROJECT_PATH"].flatMap { $0.isEmpty ? nil : $0 }
    let current = FileManager.default.currentDirectoryPath
    if let given = explicit ?? variable {
      path = given.hasPrefix("/") ? given : "\(current)/\(given)"
      return
    }
    guard searchesParents else {
      path = current
      return
    }
    var folder = URL(filePath: current, directoryHint: .isDirectory)
    while !Self.isProject(folder.path), folder.pathComponents.count > 1 {
      folder.deleteLastPathComponent()
    }
    path = Self.isProject(folder.path) ? folder.path : current
  }

  /// The path of `Config`; nil if it does not exist.
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
