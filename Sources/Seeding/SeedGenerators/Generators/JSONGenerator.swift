/// JSON documents from a template.
struct JSONGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "json",
    "JSON from a template. A string that starts with `$` is a generator, and so is an object "
      + "whose first key starts with `$`: `{\"$integer\": [1, 9], \"null\": 0.1}`. `$$` at the start "
      + "is a literal dollar sign. Everything else is copied",
    kind: .json, options: [GeneratorOption("template", .any, isRequired: true, "Template")],
    shortForm: "template", takesAnyValue: true,
    example: ["json": ["name": "$person.name", "age": ["$integer": [18, 90]], "tags": ["$word", "$word"]]])

  private enum Piece: Sendable {
    case text([UInt8])
    /// A generator with the number of its place in the template.
    case value(any Generator, UInt64)
  }

  private let pieces: [Piece]
  let sources: [Int]

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    var builder = Builder(context: context)
    try builder.append(options["template"] ?? .null, path: [])
    pieces = builder.finish()
    sources = pieces.flatMap { piece -> [Int] in
      if case .value(let generator, _) = piece { generator.sources } else { [] }
    }
  }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    for piece in pieces {
      switch piece {
      case .text(let bytes): text.append(contentsOf: bytes)
      case .value(let generator, let place):
        JSONText.append(generator, row.part(place), to: &text)
      }
    }
    return true
  }

  /// Makes the pieces. The place of a generator is the hash of its path, so that adding a member to the template keeps
  /// the values of the others.
  private struct Builder {
    let context: GeneratorContext
    var pieces: [Piece] = []
    var plain: [UInt8] = []

    init(context: GeneratorContext) {
      var context = context
      context.isInsideJSON = true
      self.context = context
    }

    mutating func finish() -> [Piece] {
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = []
      return pieces
    }

    mutating func append(_ value: GeneratorValue, path: [String]) throws(GeneratorFault) {
      switch value {
      case .null: plain.append(literal: "null")
      case .bool(let flag): plain.append(literal: flag ? "true" : "false")
      case .number(let digits):
        guard JSONText.isNumber(digits) else {
          throw GeneratorFault(path: ["template"] + path, "\(digits) is not a number of JSON")
        }
        plain.append(contentsOf: digits.utf8)
      case .string(let text) where text.hasPrefix("$") && !text.hasPrefix("$$"):
        try append(generator: .string(String(text.dropFirst())), path)
      case .string(let text): append(literal: text)
      case .list(let elements):
        plain.append(ascii: "[")
        for (index, element) in elements.enumerated() {
          if index > 0 { plain.append(literal: ", ") }
          try append(element, path: path + ["\(index)"])
        }
        plain.append(ascii: "]")
      case .object(let members):
        let first = members.first { !GeneratorCatalog.settingNames.contains($0.key) }
        if let first, first.key.hasPrefix("$"), !first.key.hasPrefix("$$") {
          let definition = members.map { member in
            member == first ? GeneratorMember(String(member.key.dropFirst()), member.value) : member
          }
          return try append(generator: .object(definition), path)
        }
        plain.append(ascii: "{")
        for (index, member) in members.enumerated() {
          if index > 0 { plain.append(literal: ", ") }
          append(literal: member.key)
          plain.append(literal: ": ")
          try append(member.value, path: path + [member.key])
        }
        plain.append(ascii: "}")
      }
    }

    private mutating func append(generator value: GeneratorValue, _ path: [String]) throws(GeneratorFault) {
      let spec: GeneratorSpec
      do {
        spec = try GeneratorCatalog.parse(value, context: context)
      } catch {
        throw GeneratorFault(path: ["template"] + path + error.path, error.problem)
      }
      guard !spec.isUnique else {
        throw GeneratorFault(path: ["template"] + path, "values inside of JSON cannot be unique")
      }
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = []
      pieces.append(.value(spec.nested, StreamKey.hash(path)))
    }

    /// Appends a string of the template, of which `$$` begins with one dollar sign.
    private mutating func append(literal text: String) {
      let start = plain.count
      plain.append(contentsOf: text.utf8.dropFirst(text.hasPrefix("$$") ? 1 : 0))
      JSONText.quote(&plain, from: start)
    }
  }
}

/// Strings of JSON.
enum JSONText {
  /// Appends a value of a generator as JSON.
  static func append(_ generator: any Generator, _ row: borrowing GeneratedRow, to text: inout [UInt8]) {
    let start = text.count
    guard generator.kind == .text else {
      if !generator.append(row, to: &text) { text.append(literal: "null") }
      return
    }
    text.append(0x22)
    guard generator.append(row, to: &text) else {
      text.removeLast()
      text.append(literal: "null")
      return
    }
    escape(&text, from: start + 1)
    text.append(0x22)
  }

  /// Whether a number, which may be of JSON5, is also one of JSON.
  static func isNumber(_ digits: String) -> Bool {
    guard let value = Double(digits), value.isFinite else { return false }
    let unsigned = digits.hasPrefix("-") ? digits.dropFirst() : digits[...]
    guard unsigned.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else {
      return false
    }
    let whole = unsigned.prefix { $0 != "." && $0 != "e" && $0 != "E" }
    let rest = unsigned.dropFirst(whole.count)
    return !whole.isEmpty && whole.first != "+" && (whole == "0" || whole.first != "0")
      && (rest.first != "." || (rest.dropFirst().first?.isNumber ?? false))
  }

  /// Turns the text from a position on into a JSON string.
  static func quote(_ text: inout [UInt8], from start: Int) {
    text.insert(0x22, at: start)
    escape(&text, from: start + 1)
    text.append(0x22)
  }

  /// Escapes the text from a position on.
  private static func escape(_ text: inout [UInt8], from start: Int) {
    let isPlain = text.withUnsafeBufferPointer { bytes in
      bytes[start...].allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
    }
    if isPlain { return }
    let raw = Array(text[start...])
    text.removeSubrange(start...)
    for byte in raw {
      switch byte {
      case 0x22, 0x5C:
        text.append(0x5C)
        text.append(byte)
      case 0x0A: text.append(literal: "\\n")
      case 0x09: text.append(literal: "\\t")
      case 0x0D: text.append(literal: "\\r")
      case 0..<0x20:
        text.append(literal: "\\u00")
        text.append(hex: UInt64(byte), digits: 2)
      default: text.append(byte)
      }
    }
  }
}
