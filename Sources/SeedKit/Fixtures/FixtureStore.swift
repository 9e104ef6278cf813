/// The files that seeders read, by their names relative to the folder of the seeders.
public struct FixtureStore: Sendable {
  private let contents: @Sendable (String) -> [UInt8]?

  /// Makes a store.
  ///
  /// - Parameter contents: returns the bytes of a file, or nil if there is none of that name.
  public init(contents: @escaping @Sendable (String) -> [UInt8]?) { self.contents = contents }

  /// Makes a store of files in memory.
  public init(files: [String: [UInt8]]) { contents = { files[$0] } }

  /// One file.
  ///
  /// - Throws: ``FixtureError`` if there is none of that name.
  public func file(_ name: String) throws -> FixtureFile {
    guard let bytes = contents(name) else {
      throw FixtureError([
        FixtureFault(file: FixtureFile.displayPath(name), found: "no such file", expected: "a fixture")
      ])
    }
    return FixtureFile(name: name, bytes: bytes)
  }
}

/// The content of a fixture's file.
public struct FixtureFile: Sendable {
  /// The name relative to the folder of the seeders.
  public let name: String
  /// The bytes.
  public let bytes: [UInt8]

  /// Makes a file of bytes in memory.
  ///
  /// - Parameters:
  ///   - name: the name relative to the folder of the seeders.
  ///   - bytes: the content.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// The path as a person finds it in the project.
  public var path: String { Self.displayPath(name) }

  static func displayPath(_ name: String) -> String { "Seeders/\(name)" }
}
