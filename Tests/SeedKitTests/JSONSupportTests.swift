import SeedKit

/// Helpers for tests of the parser.
enum JSONSupport {
  static func parse(
    _ text: String, _ dialect: JSONParser.Dialect = .json, limits: JSONParser.Limits = .init()
  ) throws -> JSONNode {
    try JSONParser.parse(Array(text.utf8), dialect: dialect, limits: limits)
  }

  /// The complete error message for a document; nil if it is accepted.
  static func fault(_ bytes: [UInt8], _ dialect: JSONParser.Dialect = .json) -> String? {
    do {
      _ = try JSONParser.parse(bytes, dialect: dialect)
      return nil
    } catch {
      return "\(error)"
    }
  }

  static func fault(_ text: String, _ dialect: JSONParser.Dialect = .json) -> String? {
    fault(Array(text.utf8), dialect)
  }

  /// A value as compact JSON.
  static func text(_ node: JSONNode) -> String {
    switch node.value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .number(let literal): literal
    case .string(let text): quoted(text)
    case .array(let elements): "[" + elements.map(text).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { quoted($0.key) + ":" + text($0.value) }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case "\u{0}"..<" ": "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}
