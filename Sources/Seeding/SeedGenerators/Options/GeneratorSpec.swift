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

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    throw GeneratorFault("'null' is a setting of other generators")
  }

  var kind: ValueKind { base.kind }
  var sources: [Int] { base.sources }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    GeneratorSpec.isNull(row.random, limit: limit) ? false : base.append(row, to: &text)
  }
}
