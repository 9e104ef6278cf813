/// Texts as JSON has them.
package enum JSONString {
  /// A text in quotes.
  static func quoted(_ string: String) -> String {
    var text = ""
    write(string, to: &text)
    return text
  }

  /// Writes a text in quotes.
  ///
  /// - Parameter isEscaped: which characters are escaped beyond those that JSON asks for; none by default.
  package static func write(
    _ string: String, to text: inout String, escaping isEscaped: (Unicode.Scalar) -> Bool = { _ in false }
  ) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20 || (scalar.value <= 0xFFFF && isEscaped(scalar)):
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
