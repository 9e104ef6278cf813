import CMicroHTTPD
import Glibc

/// Finds a malformed `Content-Length` before the library does.
///
/// Before 1.0, the library responds to it with two response heads in a row.
enum LengthCheck {
  /// Checks the header fields that have arrived together with the request line. The library itself rejects those that
  /// arrive later, or after a page.
  ///
  /// - Parameter target: the target in the library's memory. The rest of its page also belongs to the library: the
  ///   version and the fields are followed by zeros.
  /// - Throws: a refusal of a length that the library cannot parse.
  static func check(after target: UnsafePointer<CChar>, _ options: HTTPServer.Options) throws(Refusal) {
    guard ChunkedReader.isNeeded else { return }
    let size = Engine.pageSize - Int(bitPattern: target) % Engine.pageSize
    let page = UnsafeRawBufferPointer(start: target, count: size)
    // A zero ends the target. CR LF has become two zeros after the version.
    var rest = page.drop { $0 != 0 }.dropFirst().drop { $0 != 0 }.dropFirst(2)
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      var line = rest[..<end]
      rest = rest[(end + 1)...]
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      guard let first = line.first else { return }
      // The library would append a folded line to the value before it.
      guard !isSpace(first) else { throw .malformed }
      let name = line.prefix { $0 != UInt8(ascii: ":") }
      guard name.count == field.utf8.count, HTTPHeaders.isSame(String(decoding: name, as: UTF8.self), field)
      else { continue }
      let value = String(decoding: line.dropFirst(name.count + 1).drop(while: isSpace), as: UTF8.self)
      guard HTTPSyntax.number(value) != nil else { throw RequestHead.malformedLength }
      guard UInt64(value) != nil else { throw .bodyTooLarge(limit: options.bodyLimit) }
    }
  }

  private static let field = "Content-Length"

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
