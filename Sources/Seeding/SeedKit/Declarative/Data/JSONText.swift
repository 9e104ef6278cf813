/// Converts JSON values to text that column types parse.
enum JSONText {
  /// How a column stores a value.
  enum Kind: Sendable, Hashable {
    /// As a scalar: a string, a number with all its digits, true or false.
    case plain
    /// Any value, as JSON.
    case json
    /// As a PostgreSQL array.
    case array(ofJSON: Bool)
  }

  /// The text of a value that is not null; nil if the column cannot store it.
  static func text(_ node: JSONNode, as kind: Kind) -> String? {
    switch (kind, node.value) {
    case (.json, _):
      var bytes: [UInt8] = []
      write(node, to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    case (_, .string(let text)): return text
    case (.plain, .number(let literal)): return literal
    case (.plain, .bool(let flag)): return flag ? "true" : "false"
    case (.array(let isJSON), .array(let elements)):
      var text = ""
      return write(elements, ofJSON: isJSON, to: &text) ? text : nil
    default: return nil
    }
  }

  /// JSON without whitespace, numbers with all their digits.
  private static func write(_ node: JSONNode, to bytes: inout [UInt8]) {
    switch node.value {
    case .null: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .number(let literal): bytes += literal.utf8
    case .string(let string): JSONOutput.write(string, to: &bytes, .nothing)
    case .array(let elements):
      JSONOutput.write(elements, between: ("[", "]"), to: &bytes) { write($0, to: &$1) }
    case .object(let members):
      JSONOutput.write(members, between: ("{", "}"), to: &bytes) { member, bytes in
        JSONOutput.write(member.key, to: &bytes, .nothing)
        bytes.append(UInt8(ascii: ":"))
        write(member.value, to: &bytes)
      }
    }
  }

  /// Writes `{"a","b",NULL}`. Every element is quoted, so that it is never parsed as NULL or a nested array.
  ///
  /// - Returns: false if an element cannot be stored.
  private static func write(_ elements: [JSONNode], ofJSON isJSON: Bool, to text: inout String) -> Bool {
    text += "{"
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      if element.isNull {
        text += "NULL"
      } else if !isJSON, case .array(let inner) = element.value {
        guard write(inner, ofJSON: false, to: &text) else { return false }
      } else {
        guard let part = self.text(element, as: isJSON ? .json : .plain) else { return false }
        text += "\""
        for scalar in part.unicodeScalars {
          if scalar == "\"" || scalar == "\\" { text += "\\" }
          text.unicodeScalars.append(scalar)
        }
        text += "\""
      }
    }
    text += "}"
    return true
  }
}
