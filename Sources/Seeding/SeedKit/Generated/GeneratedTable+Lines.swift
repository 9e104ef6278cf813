import SeedGenerators

extension GeneratedTable {
  /// Appends a row in COPY's text format.
  func appendLine(_ row: Int, to lines: inout [UInt8], scratch: inout [UInt8]) {
    for (column, own) in independent.enumerated() {
      if column > 0 { lines.append(0x09) }
      scratch.removeAll(keepingCapacity: true)
      guard own?.append(row: row, to: &scratch) ?? append(column, of: row, to: &scratch) else {
        lines.append(0x5C)
        lines.append(0x4E)
        continue
      }
      CopyText.append(scratch, to: &lines)
    }
    lines.append(0x0A)
  }

  /// A column with a generator that reads no others. An object, because a copy of a generator for each value takes a
  /// quarter of the time.
  final class IndependentColumn: Sendable {
    private let generated: GeneratedColumn

    /// Nil for a column that is filled in another way.
    init?(_ column: Column) {
      guard case .generator(let generated, let sources) = column.encoder, sources.isEmpty,
        column.differsFrom == nil
      else { return nil }
      self.generated = generated
    }

    func append(row: Int, to text: inout [UInt8]) -> Bool { generated.append(row: row, to: &text) }
  }
}
