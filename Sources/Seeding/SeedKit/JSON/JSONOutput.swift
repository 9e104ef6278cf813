/// A JSON value for output. Members keep their order. It uses no reflection, so that a large document takes only
/// microseconds.
package enum JSONOutput: Sendable, Hashable {
  /// What to escape in strings in addition to quotes, backslashes and control characters.
  package enum Escaping: Sendable {
    case nothing
    /// `<` and DEL, so that JSON pasted into an HTML page cannot run as markup.
    case markup
  }

  case null
  case bool(Bool)
  case int(Int)
  case number(Double)
  case text(String)
  case array([JSONOutput])
  case object([Member])

  /// A member of an object.
  package struct Member: Sendable, Hashable {
    let name: String
    let value: JSONOutput

    /// Makes a member.
    package init(name: String, value: JSONOutput) {
      self.name = name
      self.value = value
    }
  }

  /// A string, or null.
  package static func optional(_ text: String?) -> JSONOutput { text.map(JSONOutput.text) ?? .null }

  /// A quoted string.
  static func quoted(_ text: String) -> String { JSONOutput.text(text).description }

  /// The JSON.
  ///
  /// - Parameters:
  ///   - count: the approximate size in bytes; 1,024 by default.
  ///   - escaping: ``Escaping/markup`` by default.
  package func bytes(reserving count: Int = 1024, escaping: Escaping = .markup) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    write(to: &bytes, escaping)
    return bytes
  }

  private func write(to bytes: inout [UInt8], _ escaping: Escaping) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .int(let number): bytes += "\(number)".utf8
    // JSON has no infinity.
    case .number(let number): bytes += (number.isFinite ? "\(number)" : "null").utf8
    case .text(let text): Self.write(text, to: &bytes, escaping)
    case .array(let values):
      Self.write(values, between: ("[", "]"), to: &bytes) { $0.write(to: &$1, escaping) }
    case .object(let members):
      Self.write(members, between: ("{", "}"), to: &bytes) { member, bytes in
        Self.write(member.name, to: &bytes, escaping)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(to: &bytes, escaping)
      }
    }
  }

  /// Writes elements separated by commas.
  static func write<Element>(
    _ elements: [Element], between: (open: Unicode.Scalar, close: Unicode.Scalar), to bytes: inout [UInt8],
    _ body: (Element, inout [UInt8]) -> Void
  ) {
    bytes.append(UInt8(ascii: between.open))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      body(element, &bytes)
    }
    bytes.append(UInt8(ascii: between.close))
  }

  /// Writes a quoted string.
  static func write(_ text: String, to bytes: inout [UInt8], _ escaping: Escaping) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      // Text that needs no escaping is copied in blocks.
      var start = 0
      // NUL is always escaped, so 0 matches nothing new.
      let (open, delete): (UInt8, UInt8) = escaping == .markup ? (UInt8(ascii: "<"), 0x7F) : (0, 0)
      for (index, byte) in utf8.enumerated()
      where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == open
        || byte == delete
      {
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
        escape(byte, to: &bytes)
        start = index + 1
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\n"): bytes += "\\n".utf8
    case UInt8(ascii: "\t"): bytes += "\\t".utf8
    case UInt8(ascii: "\r"): bytes += "\\r".utf8
    case 0..<0x20, UInt8(ascii: "<"), 0x7F:
      bytes += "\\u00".utf8
      let digits = String(byte, radix: 16)
      bytes += (digits.count < 2 ? "0" + digits : digits).utf8
    default: bytes += [UInt8(ascii: "\\"), byte]
    }
  }
}

extension JSONOutput: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  package init(dictionaryLiteral elements: (String, JSONOutput)...) {
    self = .object(elements.map { Member(name: $0.0, value: $0.1) })
  }

  package init(arrayLiteral elements: JSONOutput...) { self = .array(elements) }
}

extension JSONOutput: CustomStringConvertible {
  /// The JSON with the minimum of escaping.
  package var description: String { String(decoding: bytes(escaping: .nothing), as: UTF8.self) }
}
