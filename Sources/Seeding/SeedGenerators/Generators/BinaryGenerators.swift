/// Random bytes.
struct ByteaGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "bytea", "Random bytes in hexadecimal, for `bytea` columns",
    options: [GeneratorOption("length", .count(0...10_000_000), default: [16, 16], "Number of bytes")],
    shortForm: "length", example: ["bytea": 8])

  private let length: ClosedRange<Int>

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    length = try options.count("length") ?? 16...16
  }

  /// With 8 bytes or more, the first ones are a number of its own for each value.
  var uniqueness: Uniqueness {
    length.lowerBound >= 8 ? .domain(ValueDomain(size: Int.max)) : .none
  }

  func longest(below end: Int) -> Int? { 2 + 2 * length.upperBound }

  func append(nth number: Int, to text: inout [UInt8]) {
    let key = CounterRandom.mix(UInt64(number))
    text.append(literal: "\\x")
    text.append(hex: key, digits: 16)
    let random = CounterRandom(key: key)
    append(random.number(in: length, at: 0) - 8, random, to: &text)
  }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    text.append(literal: "\\x")
    append(row.random.number(in: length, at: 0), row.random, to: &text)
    return true
  }

  private func append(_ count: Int, _ random: CounterRandom, to text: inout [UInt8]) {
    var rest = count
    var place = 1
    while rest > 0 {
      let bytes = Swift.min(rest, 8)
      text.append(hex: random[place], digits: bytes * 2)
      rest -= bytes
      place += 1
    }
  }
}

/// Vectors in clusters, for pgvector.
package struct VectorGenerator: CatalogGenerator {
  package static let entry = GeneratorEntry(
    "vector",
    "Unit vectors in clusters, for `vector` columns of pgvector. Rows whose numbers differ "
      + "by a multiple of `clusters` are in the same cluster",
    kind: .json,
    options: [
      GeneratorOption("dimensions", .integer(1...16_000), isRequired: true, "Number of dimensions"),
      GeneratorOption("clusters", .integer(1...1_000_000_000), default: 100, "Number of clusters"),
      GeneratorOption(
        "similarity", .number(0.01...1), default: .number("0.8"),
        "Expected cosine of a vector and the center of its cluster"),
    ], shortForm: "dimensions", example: ["vector": ["dimensions": 3]])

  private let dimensions: Int
  private let clusters: Int
  private let similarity: Double

  package init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    dimensions = options.integer("dimensions") ?? 1
    clusters = options.integer("clusters") ?? 100
    similarity = options.number("similarity") ?? 0.8
  }

  /// The vectors of a column, to write them in the binary format, which is much faster.
  package func vectors(columnKey: UInt64) -> ClusteredVectors {
    ClusteredVectors(seed: columnKey, dimensions: dimensions, clusters: clusters, similarity: similarity)
  }

  package func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    vectors(columnKey: row.columnKey).withVector(row: row.row) { vector in
      text.append(ascii: "[")
      for (index, component) in vector.enumerated() {
        if index > 0 { text.append(ascii: ",") }
        // The shortest digits that are read as the same number.
        text.append(contentsOf: component.description.utf8)
      }
      text.append(ascii: "]")
    }
    return true
  }
}
