/// A generator with the settings that apply to every generator.
package struct GeneratorSpec: Sendable {
  /// The name of the generator.
  package let name: String
  /// The version of the generator.
  package let version: Int
  /// The generator.
  package let generator: any Generator
  /// Whether the definition asks for distinct values.
  package let isUnique: Bool
  /// The probability of NULL, from 0 to 1.
  package let nullProbability: Double

  /// Creates a specification.
  package init(
    _ generator: any Generator, isUnique: Bool = false, nullProbability: Double = 0
  ) {
    self.generator = generator
    name = type(of: generator).entry.name
    version = type(of: generator).entry.version
    self.isUnique = isUnique
    self.nullProbability = nullProbability
  }

  /// The same generator, with values that end after a number of characters. The values of unique columns cannot be cut.
  package func cut(to length: Int) -> GeneratorSpec {
    GeneratorSpec(
      CutGenerator(generator, length: length), name: name, version: version, isUnique: isUnique,
      nullProbability: nullProbability)
  }

  /// The same generator, whose values are NULL unless other columns have certain values.
  func when(_ conditions: [ConditionalGenerator.Condition]) -> GeneratorSpec {
    GeneratorSpec(
      ConditionalGenerator(generator, conditions), name: name, version: version, isUnique: isUnique,
      nullProbability: nullProbability)
  }

  private init(
    _ generator: any Generator, name: String, version: Int, isUnique: Bool, nullProbability: Double
  ) {
    self.generator = generator
    self.name = name
    self.version = version
    self.isUnique = isUnique
    self.nullProbability = nullProbability
  }

  /// The generator for use inside of other generators.
  var nested: any Generator {
    nullLimit > 0 ? NullableGenerator(generator, limit: nullLimit) : generator
  }

  /// A value is NULL if its random number is below this limit.
  var nullLimit: UInt64 {
    nullProbability >= 1 ? .max : UInt64(max(nullProbability, 0) * 0x1p64)
  }

  /// Decides whether a value is NULL. The decision has random numbers of its own, so the other values stay the same.
  @inline(__always)
  static func isNull(_ random: CounterRandom, limit: UInt64) -> Bool {
    random.part(0x6E75_6C6C)[0] < limit || limit == .max
  }
}

/// Replaces values by NULL.
struct NullableGenerator: Generator {
  static var entry: GeneratorEntry {
    GeneratorEntry("null", "NULL with a probability, otherwise the value of another generator")
  }

  private let base: any Generator
  private let limit: UInt64

  init(_ base: any Generator, limit: UInt64) {
    self.base = base
    self.limit = limit
  }

  var kind: ValueKind { base.kind }
  var sources: [Int] { base.sources }
  func expectation(of value: [UInt8], from source: Int) -> String? {
    base.expectation(of: value, from: source)
  }

  func longest(below end: Int) -> Int? { base.longest(below: end) }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    GeneratorSpec.isNull(row.random, limit: limit) ? false : base.append(row, to: &text)
  }
}

/// Cuts values after a number of characters.
struct CutGenerator: Generator {
  static var entry: GeneratorEntry {
    GeneratorEntry("cut", "The beginnings of the values of another generator")
  }

  private let base: any Generator
  private let length: Int

  init(_ base: any Generator, length: Int) {
    self.base = base
    self.length = length
  }

  var kind: ValueKind { base.kind }
  var sources: [Int] { base.sources }
  func expectation(of value: [UInt8], from source: Int) -> String? {
    base.expectation(of: value, from: source)
  }
  func longest(below end: Int) -> Int? { base.longest(below: end).map { min($0, length) } ?? length }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    let start = text.count
    guard base.append(row, to: &text) else { return false }
    var characters = 0
    for index in start..<text.count where text[index] & 0xC0 != 0x80 {
      characters += 1
      if characters > length {
        text.removeSubrange(index...)
        break
      }
    }
    // PostgreSQL removes spaces at the end of `char(n)` values.
    while text.count > start + 1 && text.last == 0x20 { text.removeLast() }
    return true
  }
}
