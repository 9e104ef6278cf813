/// Arrays of values of another generator.
struct ArrayGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "array",
    "One-dimensional arrays of values of another generator. Inside `json` they are JSON "
      + "arrays",
    options: [
      GeneratorOption("of", .generator, isRequired: true, "Generator of the elements"),
      GeneratorOption("count", .count(0...10_000), default: [1, 5], "Number of elements"),
      GeneratorOption("distinct", .boolean, "Omit duplicate elements"),
    ], shortForm: "of", example: ["array": ["of": "word", "count": [0, 3]]])

  private let element: any Generator
  private let count: ClosedRange<Int>
  private let isDistinct: Bool
  private let isJSON: Bool

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    let spec: GeneratorSpec
    do {
      spec = try GeneratorCatalog.parse(options["of"] ?? .null, context: context)
    } catch {
      throw error.inside("of")
    }
    guard !spec.isUnique else {
      throw GeneratorFault(path: ["of"], "elements of arrays cannot be unique: use \"distinct\"")
    }
    element = spec.nested
    count = try options.count("count") ?? 1...5
    isDistinct = options.bool("distinct")
    isJSON = context.isInsideJSON
  }

  var sources: [Int] { element.sources }
  var kind: ValueKind { isJSON ? .json : .text }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    var known: Set<[UInt8]> = []
    var isFirst = true
    text.append(ascii: isJSON ? "[" : "{")
    for index in 0..<row.random.number(in: count, at: 0) {
      let before = text.count
      if !isFirst { text.append(ascii: ",") }
      let start = text.count
      append(element: row.part(UInt64(index)), to: &text)
      if isDistinct && !known.insert(Array(text[start...])).inserted {
        text.removeSubrange(before...)
      } else {
        isFirst = false
      }
    }
    text.append(ascii: isJSON ? "]" : "}")
    return true
  }

  private func append(element row: borrowing GeneratedRow, to text: inout [UInt8]) {
    let start = text.count
    if isJSON {
      JSONText.append(element, row, to: &text)
    } else if !element.append(row, to: &text) {
      text.append(literal: "NULL")
    } else if element.kind != .number {
      Self.quote(&text, from: start)
    }
  }

  /// Quotes an element, unless it cannot be mistaken for syntax.
  private static func quote(_ text: inout [UInt8], from start: Int) {
    let isPlain = text[start...].allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2E
    }
    let isNull = text.count == start + 4 && zip(text[start...], "null".utf8).allSatisfy { $0 | 0x20 == $1 }
    if isPlain && text.count > start && !isNull { return }
    let raw = Array(text[start...])
    text.removeSubrange(start...)
    text.append(0x22)
    for byte in raw {
      if byte == 0x22 || byte == 0x5C { text.append(0x5C) }
      text.append(byte)
    }
    text.append(0x22)
  }
}
