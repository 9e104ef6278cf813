/// A column of a table with its generator: the part of this library that an engine uses for each row.
package struct GeneratedColumn: Sendable {
  /// The generator.
  package let generator: any Generator
  /// Whether all values are distinct.
  package let isUnique: Bool
  /// The number of rows that can be made; nil without a limit.
  package let rowLimit: Int?

  private let columnKey: UInt64
  private let order: UniqueOrder?
  private let nullLimit: UInt64

  /// Creates a column.
  ///
  /// - Parameters:
  ///   - table: the table, as in the definition. The values depend on this name.
  ///   - column: the column, as in the definition. The values depend on this name.
  ///   - seed: selects a data set.
  ///   - spec: the generator and what applies to every generator.
  ///   - isUnique: makes all values distinct, also if the definition does not ask for it.
  /// - Throws: ``GeneratorFault`` if the values must be distinct and the generator cannot make distinct values.
  package init(
    table: String, column: String, seed: UInt64, spec: GeneratorSpec, isUnique: Bool = false
  ) throws(GeneratorFault) {
    generator = spec.generator
    self.isUnique = isUnique || spec.isUnique
    nullLimit = spec.nullLimit
    let stream = StreamKey.column(table: table, column: column, generator: spec.name, version: spec.version)
    columnKey = CounterRandom(seed: seed, stream: stream, index: 0).key
    guard self.isUnique else {
      order = nil
      rowLimit = nil
      return
    }
    switch generator.uniqueness {
    case .none: throw GeneratorFault("'\(spec.name)' cannot make unique values with these options")
    case .rows(let limit):
      order = nil
      rowLimit = limit
    case .domain(let domain):
      order = UniqueOrder(domain, key: columnKey)
      rowLimit = domain.size
    }
  }

  /// The number of characters of the longest value among the first rows; nil if it is not known.
  package func longest(rows: Int) -> Int? {
    guard let ends = generator.uniqueness.domain?.ends else { return generator.longest(below: .max) }
    if isUnique { return generator.longest(below: ends.first { $0 >= rows } ?? .max) }
    return generator.longest(below: (generator as? any NumberedGenerator)?.commonValues ?? ends[0])
  }

  /// The vectors of the column, to write them in the binary format, which is much faster; nil for other generators.
  package var vectors: ClusteredVectors? { (generator as? VectorGenerator)?.vectors(columnKey: columnKey) }

  /// Whether the value of a row is NULL, for values that the engine makes itself.
  package func isNull(row number: Int) -> Bool {
    nullLimit > 0 && GeneratorSpec.isNull(row(number).random, limit: nullLimit)
  }

  /// Appends the value of a row in PostgreSQL's text format. The row must be below ``rowLimit``.
  ///
  /// - Returns: false for NULL.
  @inline(__always)
  package func append(row number: Int, others: RowValues? = nil, to text: inout [UInt8]) -> Bool {
    let row = self.row(number, others: others)
    if nullLimit > 0 && GeneratorSpec.isNull(row.random, limit: nullLimit) { return false }
    guard let order else { return generator.append(row, to: &text) }
    generator.append(nth: order[number], to: &text)
    return true
  }

  /// Appends another value for a row, for engines that need a value that differs from others. The first attempt is
  /// ``append(row:others:to:)``. Unique columns have one value for each row.
  ///
  /// - Returns: false for NULL.
  package func append(row number: Int, attempt: Int, others: RowValues?, to text: inout [UInt8]) -> Bool {
    guard attempt > 0, order == nil else { return append(row: number, others: others, to: &text) }
    let key = CounterRandom.mix(columnKey &+ UInt64(attempt))
    let row = GeneratedRow(
      row: number, columnKey: columnKey, random: CounterRandom(key: key).part(row: number), others: others)
    return generator.append(row, to: &text)
  }

  /// The row that the generator gets, for generators that the engine calls itself.
  @inline(__always)
  package func row(_ row: Int, others: RowValues? = nil) -> GeneratedRow {
    GeneratedRow(
      row: row, columnKey: columnKey, random: CounterRandom(key: columnKey).part(row: row), others: others)
  }
}
