/// Turns values of JSON into the text that a column's type reads.
enum JSONText {
  /// What a column makes of a value.
  enum Kind: Sendable {
    /// One value: a text, a number with all its digits, true or false.
    case plain
    /// Any value, as JSON.
    case json
    /// A list, as PostgreSQL writes arrays.
    case array(ofJSON: Bool)
  }

  /// The text of a value that is not null; nil if a column of the kind cannot hold it.
  static func text(_ node: JSONNode, as kind: Kind) -> String? {
    switch (kind, node.value) {
    case (.json, _):
      var text = ""
      write(node, to: &text)
      return text
    case (_, .string(let text)): return text
    case (.plain, .number(let literal)): return literal
    case (.plain, .bool(let flag)): return flag ? "true" : "false"
    case (.array(let isJSON), .array(let elements)):
      var text = ""
      return write(elements, ofJSON: isJSON, to: &text) ? text : nil
    default: return nil
    }
  }

  /// JSON without blanks, numbers with all their digits.
  private static func write(_ node: JSONNode, to text: inout String) {
    switch node.value {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .number(let literal): text += literal
    case .string(let string): JSONString.write(string, to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        write(element, to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        JSONString.write(member.key, to: &text)
        text += ":"
        write(member.value, to: &text)
      }
      text += "}"
    }
  }

  /// Writes `{"a","b",NULL}`: every element in quotes, so that none is read as anything but itself.
  ///
  /// - Returns: false if an element is none.
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
