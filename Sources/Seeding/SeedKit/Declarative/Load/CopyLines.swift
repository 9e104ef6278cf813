import Postgres

/// Converts records of a CSV file to lines of COPY's text format.
struct CopyLines {
  /// The record needs to be staged.
  struct Unfit: Error {}

  private let load: TableLoad
  private let nulls: NullTexts
  private let allowsTrailingDelimiter: Bool
  private let skipsBlankLines: Bool
  private var rules: [LiteralRule?] = []
  private var conversions: [TextConversion?] = []
  private(set) var columns: [PostgresIdentifier] = []
  private(set) var bytes: [UInt8] = []
  private var count = 0

  var isBegun: Bool { !columns.isEmpty }

  init(load: TableLoad, format: DataFormat) {
    self.load = load
    let csv = load.definition.csv
    nulls = csv.nulls(of: format)
    allowsTrailingDelimiter = csv.allowed.contains(.trailingDelimiter)
    skipsBlankLines = csv.allowed.contains(.blankLines)
  }

  /// Returns and removes the collected lines; nil if there are none.
  mutating func take() -> (lines: [UInt8], count: Int)? {
    guard count > 0 else { return nil }
    defer {
      bytes = []
      count = 0
    }
    return (bytes, count)
  }

  mutating func add(_ record: borrowing CSVRecord) throws {
    if skipsBlankLines, record.isBlank { return }
    if !isBegun {
      guard try begin(record) else { return }
    }
    guard record.fields.count == columns.count || endsTooLate(record) else { throw Unfit() }
    count += 1
    if count % RecordLimits.cancellationInterval == 0 { try Task.checkCancellation() }
    try record.bytes.withUnsafeBufferPointer { source in
      for index in columns.indices {
        let field = record.fields[index]
        if index > 0 { bytes.append(0x09) }
        if field.isNull(nulls, in: record.bytes) {
          bytes.append(contentsOf: [0x5C, 0x4E])
          continue
        }
        switch conversions[index]?.apply(record.bytes[field.range]) {
        case nil, .unchanged:
          if rules[index]?.refusal(of: record.bytes[field.range]) != nil { throw Unfit() }
          CopyText.append(UnsafeBufferPointer(rebasing: source[field.range]), to: &bytes)
        case .changed(let text):
          if rules[index]?.refusal(of: text[...]) != nil { throw Unfit() }
          CopyText.append(text, to: &bytes)
        case .refused: throw Unfit()
        }
      }
    }
    bytes.append(0x0A)
  }

  /// Whether a record has an empty field after those with names.
  private func endsTooLate(_ record: borrowing CSVRecord) -> Bool {
    allowsTrailingDelimiter && record.fields.count == columns.count + 1 && record.endsWithDelimiter
  }

  /// Takes the field names. Each must fill exactly one column.
  ///
  /// - Returns: whether the first record contains data.
  private mutating func begin(_ record: borrowing CSVRecord) throws -> Bool {
    let fields = record.fields.indices.dropLast(allowsTrailingDelimiter && record.endsWithDelimiter ? 1 : 0)
    var found: [String] = []
    switch load.definition.csv.header {
    case .line: for index in fields { found.append(record.text(index)) }
    case .names(let given): found = given
    case .positions: found = fields.map { "\($0 + 1)" }
    }
    for name in found {
      guard let slots = load.slotsOfField[ExactName(name)], slots.count == 1,
        let column = load.slots[slots[0]].column, !column.isAlwaysIdentity, column.sequence == nil,
        !columns.contains(column.name)
      else { throw Unfit() }
      columns.append(column.name)
      rules.append(load.slots[slots[0]].rule)
      conversions.append(load.slots[slots[0]].conversion)
    }
    let names = columns.map { ExactName($0.name) }
    guard
      (load.definition.key + load.definition.columns.map(\.column)).map(ExactName.init).allSatisfy(
        names.contains)
    else {
      throw Unfit()
    }
    return load.definition.csv.header != .line
  }
}

/// COPY's text format.
enum CopyText {
  /// Appends a value with escapes.
  @inline(__always)
  static func append(_ value: some Collection<UInt8>, to bytes: inout [UInt8]) {
    let done: Void? = value.withContiguousStorageIfAvailable { append($0, to: &bytes) }
    if done == nil { Array(value).withUnsafeBufferPointer { append($0, to: &bytes) } }
  }

  static func append(_ value: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    // Without an early end, the compiler compares many bytes at once.
    var escapes: UInt8 = 0
    for byte in value { escapes |= byte &- 9 < 5 || byte == 0x5C ? 1 : 0 }
    guard escapes > 0 else { return bytes.append(contentsOf: value) }
    var start = 0
    for (index, byte) in value.enumerated() {
      let escape: UInt8
      switch byte {
      case 0x5C: escape = 0x5C
      case 0x09: escape = 0x74
      case 0x0A: escape = 0x6E
      case 0x0D: escape = 0x72
      default: continue
      }
      bytes.append(contentsOf: value[start..<index])
      bytes.append(0x5C)
      bytes.append(escape)
      start = index + 1
    }
    bytes.append(contentsOf: value[start...])
  }
}
