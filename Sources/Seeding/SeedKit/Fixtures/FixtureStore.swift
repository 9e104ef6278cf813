import FoundationEssentials

/// The files that seeders read, by their names.
public struct FixtureStore: Sendable {
  private enum Source: Sendable {
    case contents(@Sendable (String) -> [UInt8]?)
    case folder(String)
  }

  private let source: Source
  private var added: [String: FixtureFile] = [:]

  /// Creates a store of the files of a folder on disk.
  ///
  /// ```swift
  /// static let fixtures = FixtureStore(folder: "Fixtures")
  /// ```
  ///
  /// The name of a file is its path in the folder. Errors show the path with the folder. A file is read whenever a
  /// seeder asks for it, and may have at most ``FixtureFolder/fileSizeLimit`` bytes.
  ///
  /// - Parameter folder: the path of the folder. A relative path starts at the working directory of the program.
  public init(folder: String) { source = .folder(folder) }

  /// Creates a store.
  ///
  /// - Parameter contents: returns the bytes of a file; nil if it does not exist.
  public init(contents: @escaping @Sendable (String) -> [UInt8]?) { source = .contents(contents) }

  /// Creates a store of files in memory.
  public init(files: [String: [UInt8]]) { source = .contents { files[$0] } }

  /// The same store with additional files, which replace those of the same names.
  public func adding(_ files: [FixtureFile]) -> FixtureStore {
    var store = self
    for file in files { store.added[file.name] = file }
    return store
  }

  /// Whether a file exists.
  public func contains(_ name: String) -> Bool {
    if added[name] != nil { return true }
    return switch source {
    case .contents(let contents): contents(name) != nil
    case .folder: RegularFile.resolve(path(of: name)) != nil
    }
  }

  /// The path of a file for messages.
  func path(of name: String) -> String {
    if let file = added[name] { return file.path }
    return switch source {
    case .contents: FixtureFile.displayPath(name)
    case .folder(let folder): folder.isEmpty || folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }
  }

  /// Returns a file.
  ///
  /// - Throws: ``FixtureError`` if it does not exist or cannot be read.
  public func file(_ name: String) throws -> FixtureFile {
    if let file = added[name] { return file }
    switch source {
    case .contents(let contents):
      guard let bytes = contents(name) else {
        throw Self.fault(
          name,
          found: """
            the program has no such fixture; add it to the fixtures of the command, such as \
            FixtureStore(folder: "Fixtures")
            """)
      }
      return FixtureFile(name: name, bytes: bytes)
    case .folder:
      let path = path(of: name)
      do throws(RegularFile.Failure) {
        let bytes = try RegularFile.read(path, sizeLimit: FixtureFolder.fileSizeLimit, purpose: "a fixture")
        guard let bytes else { throw Self.missing(path) }
        return FixtureFile(name: name, path: path, bytes: bytes)
      } catch {
        throw Self.fault(path, found: error.found, expected: error.expected)
      }
    }
  }

  private static func missing(_ path: String) -> RegularFile.Failure {
    let place =
      path.hasPrefix("/") ? "" : "; the working directory is \(FileManager.default.currentDirectoryPath)"
    return RegularFile.Failure(found: "no such file", expected: "a fixture\(place)")
  }

  private static func fault(_ file: String, found: String, expected: String = "") -> FixtureError {
    FixtureError([FixtureFault(.unreadableFile, file: file, found: found, expected: expected)])
  }

  /// Returns several files.
  ///
  /// - Throws: ``FixtureError`` with all missing files.
  public func files(_ names: [String]) throws -> [FixtureFile] {
    var faults: [FixtureFault] = []
    let files = names.compactMap { name in
      do {
        return try file(name)
      } catch {
        faults += (error as? FixtureError)?.faults ?? []
        return nil
      }
    }
    guard faults.isEmpty else { throw FixtureError(faults) }
    return files
  }
}
