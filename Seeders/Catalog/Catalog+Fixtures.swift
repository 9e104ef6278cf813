import CSeederFiles
public import SeedKit

extension Catalog {
  /// The fixtures of the built-in seeders, which are part of the program.
  public static let fixtures = FixtureStore(files: embeddedFiles())

  private static func embeddedFiles() -> [String: [UInt8]] {
    var count = 0
    let files = UnsafeBufferPointer(start: seeder_files(&count), count: count)
    let pairs = files.map { file in
      (String(cString: file.name), Array(UnsafeBufferPointer(start: file.bytes, count: file.size)))
    }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }
}
