import HTTPServer
import SeedKit

/// Reads the fields of a body and collects all that is wrong with them.
///
/// ```swift
/// var fields = try JSONFields(request)
/// let title = fields.text("title", 1...500)
/// try fields.finish()
/// ```
struct JSONFields {
  private let members: [JSONMember]
  private var read: Set<String> = []
  private(set) var errors: [APIProblem.FieldError] = []

  /// Lists in lists have no place in any body.
  private static let depth = 16

  /// Parses the body: an object.
  ///
  /// - Throws: ``APIProblem``: 415 for another type, 400 for what is no JSON, 422 for no object.
  init(_ request: HTTPRequest) throws(APIProblem) {
    try Self.checkType(request.headers.values("Content-Type"))
    let node: JSONNode
    do {
      node = try JSONParser.parse(request.body, limits: JSONParser.Limits(depth: Self.depth))
    } catch let error as JSONParseError {
      throw APIProblem(kind: .malformedJSON, status: 400, detail: "\(error)")
    } catch {
      throw APIProblem(kind: .malformedJSON, status: 400, detail: "the body cannot be read")
    }
    guard case .object(let members) = node.value else {
      throw Self.invalid([.init(field: "", message: "found \(node.kindDescription); expected an object")])
    }
    self.members = members
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
          "found \(values.isEmpty ? "no Content-Type" : "another Content-Type"); expected application/json",
        headers: ["Accept": "application/json"])
    }
  }

  static func invalid(_ errors: [APIProblem.FieldError]) -> APIProblem {
    APIProblem(
      kind: .invalidFields, status: 422,
      detail: errors.count == 1 ? "a field does not fit" : "\(errors.count) fields do not fit", errors: errors
    )
  }

  /// A text of a number of characters, not only of blanks; empty if it is at fault.
  mutating func text(_ name: String, _ length: ClosedRange<Int>) -> String {
    guard let node = value(name) else {
      fault(name, "found nothing; expected a text")
      return ""
    }
    return text(name, node, length) ?? ""
  }

  /// The same; nil if it is missing or null.
  mutating func optionalText(_ name: String, _ length: ClosedRange<Int>) -> String? {
    guard let node = value(name), !node.isNull else { return nil }
    return text(name, node, length)
  }

  /// A text that means something; nil if it is at fault.
  mutating func parsed<Value>(_ name: String, expected: String, _ parse: (String) -> Value?) -> Value? {
    guard let node = value(name), let text = try? node.string() else {
      fault(name, "found \(value(name)?.kindDescription ?? "nothing"); expected \(expected)")
      return nil
    }
    guard let value = parse(text) else {
      fault(name, "found another text; expected \(expected)")
      return nil
    }
    return value
  }

  /// A whole number; the default if it is missing or at fault.
  mutating func int(_ name: String, _ range: ClosedRange<Int>, default value: Int) -> Int {
    guard let node = self.value(name) else { return value }
    // 3.0 is a whole number, too.
    guard let number = (try? node.int()) ?? (try? node.double()).flatMap(Int.init(exactly:)),
      range.contains(number)
    else {
      fault(
        name,
        "found \(node.foundDescription); expected a whole number from \(range.lowerBound) to \(range.upperBound)"
      )
      return value
    }
    return number
  }

  /// A list of texts that mean something; a missing list is empty.
  mutating func list<Value>(
    _ name: String, count: ClosedRange<Int>, expected: String, _ parse: (String) -> Value?
  ) -> [Value] {
    let node = value(name)
    if node == nil, count.contains(0) { return [] }
    guard let elements = try? node?.array(), count.contains(elements.count) else {
      let found = (try? node?.array())?.map { "\($0.count) elements" } ?? node?.kindDescription ?? "nothing"
      fault(name, "found \(found); expected a list of \(count.lowerBound) to \(count.upperBound) elements")
      return []
    }
    return elements.enumerated().compactMap { index, element in
      guard let value = (try? element.string()).flatMap(parse) else {
        fault("\(name)[\(index)]", "found \(element.kindDescription); expected \(expected)")
        return nil
      }
      return value
    }
  }

  /// Ends the reading.
  ///
  /// - Throws: ``APIProblem`` with all faults, members that nobody asked for among them.
  consuming func finish() throws(APIProblem) {
    for member in members where !read.contains(member.key) {
      // A key can be as long as the body.
      fault(
        String(member.key.prefix(100)), "is no field here; expected \(read.sorted().joined(separator: ", "))")
    }
    guard errors.isEmpty else { throw Self.invalid(errors) }
  }

  private mutating func text(_ name: String, _ node: JSONNode, _ length: ClosedRange<Int>) -> String? {
    let expected = "a text of \(length.lowerBound) to \(length.upperBound) characters, not only blanks"
    guard let text = try? node.string() else {
      fault(name, "found \(node.kindDescription); expected \(expected)")
      return nil
    }
    // As the database counts them.
    let count = text.unicodeScalars.count
    guard length.contains(count),
      !text.unicodeScalars.allSatisfy({ $0.value <= 0x20 || $0.properties.isWhitespace })
    else {
      fault(name, "found a text of \(count) characters; expected \(expected)")
      return nil
    }
    return text
  }

  private mutating func value(_ name: String) -> JSONNode? {
    read.insert(name)
    return members.first { $0.key == name }?.value
  }

  private mutating func fault(_ field: String, _ message: String) {
    errors.append(APIProblem.FieldError(field: field, message: message))
  }
}

extension String {
  /// Without blanks at its ends.
  var trimmed: String {
    guard first?.isWhitespace == true || last?.isWhitespace == true else { return self }
    let start = drop { $0.isWhitespace }
    let last = start.lastIndex { !$0.isWhitespace }
    return String(start[..<(last.map(start.index(after:)) ?? start.startIndex)])
  }
}
