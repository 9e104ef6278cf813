import CMicroHTTPD

/// Errors that the server makes itself.
enum Problem {
  static let contentType = "application/problem+json"

  static func json(status: Int, detail: String) -> [UInt8] {
    let text =
      #"{"type":"about:blank","title":\#(quoted(title(status))),"#
      + #""status":\#(status),"detail":\#(quoted(detail))}"#
    return Array(text.utf8)
  }

  static func title(_ status: Int) -> String {
    guard let phrase = MHD_get_reason_phrase_for(UInt32(clamping: status)) else { return "Unknown" }
    return String(cString: phrase)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
