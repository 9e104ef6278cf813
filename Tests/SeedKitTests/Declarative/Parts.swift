@testable import SeedKit

/// Delivers bytes in parts of a certain size.
final class Parts: ByteStream {
  private var bytes: ArraySlice<UInt8>
  private let size: Int

  init(_ bytes: [UInt8], size: Int) {
    self.bytes = bytes[...]
    self.size = size
  }

  func next() throws -> [UInt8]? {
    let part = bytes.prefix(size)
    bytes = bytes.dropFirst(size)
    return part.isEmpty ? nil : Array(part)
  }
}
