import SeedKit
import FoundationEssentials

/// Adds files to a folder: all of them or none. Existing files are never overwritten.
struct NewFiles {
  /// A file to add.
  struct File {
    /// The path below the folder.
    let path: String
    let content: Content
  }

  enum Content {
    case text(String)
    /// The bytes of another file.
    case copy(of: String)
    case folder
  }

  /// The outcome for a file.
  struct Outcome {
    let path: String
    /// False if the file existed before.
    let isCreated: Bool
  }

  /// The folder; it is created if it does not exist.
  let root: String
  /// The created paths, the newest last.
  private var created: [String] = []

  init(root: String) { self.root = root }

  /// Adds the files that do not exist, in order.
  ///
  /// - Throws: `CommandFailure` if one cannot be written. The others are removed again.
  mutating func write(_ files: [File]) throws -> [Outcome] {
    do {
      return try files.map { file in
        let path = "\(root)/\(file.path)"
        let exists = FileManager.default.fileExists(atPath: path)
        if !exists { try write(file.content, to: path) }
        let isFolder = if case .folder = file.content { true } else { false }
        return Outcome(path: file.path + (isFolder ? "/" : ""), isCreated: !exists)
      }
    } catch {
      let place = current.map { $0.hasPrefix(root + "/") ? String($0.dropFirst(root.count + 1)) : $0 }
      undo()
      throw CommandFailure(
        code: .usage, errorCode: .unusablePath,
        message: "\(place ?? root) cannot be written: \(Self.reason(error)); nothing was created",
        fix: "check the permissions of \(root), or choose another folder")
    }
  }

  /// Removes the created files and folders.
  mutating func undo() {
    for path in created.reversed() { try? FileManager.default.removeItem(atPath: path) }
    created = []
  }

  /// The path being written, for the error.
  private var current: String?

  private mutating func write(_ content: Content, to path: String) throws {
    current = path
    if case .folder = content { return try makeFolder(path) }
    try makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    current = path
    created.append(path)
    switch content {
    case .text(let text): try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    case .copy(let source):
      // Renamed once it is complete.
      let part = path + ".part"
      created.append(part)
      try FileManager.default.copyItem(atPath: source, toPath: part)
      try FileManager.default.moveItem(atPath: part, toPath: path)
    case .folder: break
    }
  }

  private mutating func makeFolder(_ path: String) throws {
    var missing: [String] = []
    var folder = path
    while !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
      missing.append(folder)
      folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
    }
    for folder in missing.reversed() {
      current = folder
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      created.append(folder)
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    return switch error.code {
    case .fileWriteNoPermission, .fileReadNoPermission: "permission denied"
    case .fileWriteOutOfSpace: "no space left on the device"
    case .fileWriteVolumeReadOnly: "the file system is read-only"
    default: (error.underlying as? POSIXError).map { "\($0.code)" } ?? "\(error)"
    }
  }
}

/// The line of `.gitignore` for the embedded PostgreSQL.
struct GitIgnore {
  static let fileName = ".gitignore"
  /// The folder of the project.
  let folder: String

  /// Whether the project is in a git repository that does not ignore the folder yet.
  var isNeeded: Bool {
    var folder = folder
    var patterns = Self.names.flatMap { [$0, "/" + $0] }
    while true {
      let lines = Self.lines(of: "\(folder)/\(Self.fileName)")
      if lines.contains(where: patterns.contains) { return false }
      if FileManager.default.fileExists(atPath: "\(folder)/.git") {
        return !Self.lines(of: "\(folder)/.git/info/exclude").contains(where: patterns.contains)
      }
      guard let end = folder.lastIndex(of: "/") else { return false }
      folder = String(folder[..<end])
      // A pattern with a leading slash applies only to its own folder.
      patterns = Self.names
    }
  }

  /// Adds the line.
  ///
  /// - Returns: whether the file is new.
  /// - Throws: an error of the file system.
  func add() throws -> Bool {
    let path = "\(folder)/\(Self.fileName)"
    let old = FileManager.default.contents(atPath: path)
    var text = old.map { String(decoding: $0, as: UTF8.self) } ?? ""
    if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
    try Data((text + ".seed-runner/\n").utf8).write(to: URL(filePath: path))
    return old == nil
  }

  private static let names = [".seed-runner", "**/.seed-runner"].flatMap { [$0, $0 + "/"] }

  private static func lines(of path: String) -> [String] {
    guard let bytes = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map {
      String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }
}
