/// The content of a fixture's file.
public struct FixtureFile: Sendable {
  /// The name by which a seeder asks for it.
  public let name: String
  /// The path as a person finds the file.
  public let path: String
  /// The bytes.
  public let bytes: [UInt8]

  /// Makes a file of the seeders' folder from bytes in memory.
  ///
  /// - Parameters:
  ///   - name: the name relative to the folder of the seeders.
  ///   - bytes: the content.
  public init(name: String, bytes: [UInt8]) {
    self.init(name: name, path: Self.displayPath(name), bytes: bytes)
  }

  /// Makes a file that lies elsewhere.
  init(name: String, path: String, bytes: [UInt8]) {
    self.name = name
    self.path = path
    self.bytes = bytes
  }

  static func displayPath(_ name: String) -> String { "Seeders/\(name)" }
}
