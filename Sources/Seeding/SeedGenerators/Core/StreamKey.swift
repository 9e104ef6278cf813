/// Derives the key of a column's random numbers from names.
///
/// The key is the 64-bit FNV-1a hash (RFC 9923) of the table, the column, and the name and version of the generator.
/// Each name is followed by the byte 0xFF, which does not occur in UTF-8, so that different lists of names never
/// form the same bytes. Swift's `Hasher` is unsuitable, because it is seeded anew in each process.
package enum StreamKey {
  /// The key of a column, independent of the seed.
  package static func column(table: String, column: String, generator: String, version: Int) -> UInt64 {
    hash([table, column, generator, String(version)])
  }

  /// The FNV-1a hash of a list of names.
  package static func hash(_ names: [String]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for name in names {
      for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* prime }
      hash = (hash ^ 0xFF) &* prime
    }
    return hash
  }

  private static let prime: UInt64 = 0x100_0000_01B3
}
