/// The files that seeders read, by their paths in the folder of the seeders.
public struct FixtureStore: Sendable {
  private let contents: @Sendable (String) -> [UInt8]?
  private var added: [String: FixtureFile] = [:]

  /// Creates a store.
  ///
  /// - Parameter contents: returns the bytes of a file; nil if it does not exist.
  public init(contents: @escaping @Sendable (String) -> [UInt8]?) { self.contents = contents }

  /// Creates a store of files in memory.
  public init(files: [String: [UInt8]]) { contents = { files[$0] } }

  /// The same store with additional files, which replace those of the same names.
  public func adding(_ files: [FixtureFile]) -> FixtureStore {
    var store = self
    for file in files { store.added[file.name] = file }
    return store
  }

  /// Whether a file exists.
  public func contains(_ name: String) -> Bool { added[name] != nil || contents(name) != nil }

  /// Returns a file.
  ///
  /// - Throws: ``FixtureError`` if it does not exist.
  public func file(_ name: String) throws -> FixtureFile {
    if let file = added[name] { return file }
    guard let bytes = contents(name) else {
      throw FixtureError([
        FixtureFault(
          .unreadableFile, file: FixtureFile.displayPath(name), found: "no such file", expected: "a fixture")
      ])
    }
    return FixtureFile(name: name, bytes: bytes)
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
