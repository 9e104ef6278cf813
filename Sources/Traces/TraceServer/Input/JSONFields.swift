import HTTPServer
import SeedKit

extension HTTPRequest {
  /// No request body needs deeper nesting.
  private static let depth = 16

  /// Parses the request body, which must be a JSON object.
  ///
  /// - Parameter read: reads the fields; returns nil if one is invalid.
  /// - Throws: ``APIProblem`` with status 415 for another content type, 400 for malformed JSON, or 422 with all
  ///   invalid and unknown fields.
  func fields<Value>(_ read: (JSONObjectReader) -> Value?) throws(APIProblem) -> Value {
    try Self.checkType(headers.values("Content-Type"))
    let node: JSONNode
    do {
      node = try JSONParser.parse(body, limits: JSONParser.Limits(depth: Self.depth))
    } catch let error as JSONParseError {
      throw APIProblem(kind: .malformedJSON, status: 400, detail: Self.words(of: error))
    } catch {
      throw APIProblem(kind: .malformedJSON, status: 400, detail: "the request body cannot be read")
    }
    let faults = JSONFaults()
    let reader = JSONObjectReader(node, source: .message, faults: faults)
    let value = reader.flatMap(read)
    reader?.finish()
    guard let value, faults.list.isEmpty else {
      throw .invalidFields(faults.list.map { .init(field: $0.path, message: $0.problem) })
    }
    return value
  }

  /// The error in words of a request. The parser speaks of files.
  private static func words(of error: JSONParseError) -> String {
    [
      ("an empty file", "an empty body"), ("the end of the file", "the end of the body"),
      ("A file contains", "A body contains"), ("a UTF-8 file", "a body in UTF-8"),
      ("a file of", "a body of"), ("Save the file as", "Send the body as"),
    ].reduce("\(error)") { $0.replacing($1.0, with: $1.1) }
  }

  private static func checkType(_ values: [String]) throws(APIProblem) {
    let type = values.first?.split(separator: ";").first.map {
      String($0).trimmed.lowercased()
    }
    let isJSON = type == "application/json" || (type?.hasSuffix("+json") ?? false)
    let charset = values.first?.lowercased().split(separator: ";").dropFirst().map { String($0).trimmed }
      .first { $0.hasPrefix("charset=") }
    guard values.count == 1, isJSON,
      charset.map({ ["charset=utf-8", "charset=\"utf-8\""].contains($0) }) ?? true
    else {
      throw APIProblem(
        kind: .unsupportedMediaType, status: 415,
        detail:
          "found \(values.isEmpty ? "no Content-Type" : "an unsupported Content-Type"); expected application/json",
        headers: ["Accept": "application/json"])
    }
  }
}

extension JSONObjectReader {
  /// A string that represents a value; nil if the field is missing, null or invalid.
  func optional<Value>(_ key: String, expected: String, _ parse: (String) -> Value?) -> Value? {
    guard let node = take(key), !node.isNull else { return nil }
    guard let text = try? node.string(), let value = parse(text) else {
      fault(key, at: node.position, found: node.foundDescription, expected: expected)
      return nil
    }
    return value
  }

  /// A Boolean; the default if the field is missing or invalid.
  func bool(_ key: String, default value: Bool) -> Bool {
    guard let node = take(key) else { return value }
    guard case .bool(let flag) = node.value else {
      fault(key, at: node.position, found: node.foundDescription, expected: "true or false")
      return value
    }
    return flag
  }

  /// An integer; the default if the field is missing or invalid.
  func int(_ key: String, _ range: ClosedRange<Int>, default value: Int) -> Int {
    guard let node = take(key) else { return value }
    // Accept 3.0 as an integer.
    guard let number = (try? node.int()) ?? (try? node.double()).flatMap(Int.init(exactly:)),
      range.contains(number)
    else {
      fault(
        key, at: node.position, found: node.foundDescription,
        expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
      return value
    }
    return number
  }
}

extension String {
  /// The string without leading and trailing whitespace.
  var trimmed: String {
    guard first?.isWhitespace == true || last?.isWhitespace == true else { return self }
    let start = drop { $0.isWhitespace }
    let last = start.lastIndex { !$0.isWhitespace }
    return String(start[..<(last.map(start.index(after:)) ?? start.startIndex)])
  }
}
