/// The contents of a fixture.
public struct FixtureFile: Sendable {
  /// The name with which a seeder reads it.
  public let name: String
  /// The path for messages.
  public let path: String
  /// The bytes.
  public let bytes: [UInt8]

  /// Creates a file in the folder of the seeders from bytes in memory.
  ///
  /// - Parameters:
  ///   - name: the path in the folder of the seeders.
  ///   - bytes: the contents.
  public init(name: String, bytes: [UInt8]) {
    self.init(name: name, path: Self.displayPath(name), bytes: bytes)
  }

  /// Creates a file with another path.
  init(name: String, path: String, bytes: [UInt8]) {
    self.name = name
    self.path = path
    self.bytes = bytes
  }

  static func displayPath(_ name: String) -> String { "Seeders/\(name)" }
}
