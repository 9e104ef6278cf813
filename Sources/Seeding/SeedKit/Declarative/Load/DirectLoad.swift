import FoundationEssentials
import Postgres

/// Loads large CSV files directly into an empty table with COPY, the fastest way.
///
/// If the server or a check of the values rejects something, the load is rolled back and the rows are staged
/// instead, which reports every fault.
final class DirectLoad {
  /// Staging is needed.
  private struct Refused: Error {}

  /// The size of a part. The next part is read while one is being sent.
  private static let partSize = 1 << 20

  let stage: TableStage
  let names: [String]
  let folder: DataFolder
  let context: SeedContext
  /// The filled columns, quoted.
  private(set) var columns: [String] = []

  init(stage: TableStage, names: [String], folder: DataFolder, context: SeedContext) {
    self.stage = stage
    self.names = names
    self.folder = folder
    self.context = context
  }

  private var load: TableLoad { stage.load }

  /// The result of an attempt.
  enum Result {
    case loaded(Int)
    /// Nothing was written, for this reason.
    case refused(String)
  }

  /// Loads the files if the table is empty and no row needs to be compared with others.
  ///
  /// - Throws: `PostgresError` if staging would fail as well.
  func run() async throws -> Result {
    guard names.allSatisfy({ DataFormat(fileName: $0) == .csv }) else {
      return .refused("only CSV files are bulk-loaded")
    }
    for name in names where try folder.has(DataFormat.overlay(of: name, in: context.environment)) {
      return .refused("\(name) has an overlay")
    }
    guard load.live.triggers.isEmpty else { return .refused("the table has triggers") }
    guard load.keyRule == .plain else { return .refused("the unique index of the key has more than columns") }
    let connection = context.session
    let (isEmpty, hasRules) = try await connection.queryOne(
      """
      SELECT NOT EXISTS (SELECT FROM \(unescaped: load.live.quoted)),
        (SELECT relhasrules FROM pg_class WHERE oid = to_regclass(\(load.live.quoted)))
      """
    ).decode(Bool.self, Bool.self)
    guard isEmpty else { return .refused("the table is not empty") }
    // COPY ignores rules.
    guard !hasRules else { return .refused("the table has rules") }
    try await connection.pipeline([DeclarativeLoader.deferral, "SAVEPOINT seed_direct"])
    do {
      var count = 0
      for name in names { count += try await copy(name) }
      try await connection.query("RELEASE SAVEPOINT seed_direct")
      return .loaded(count)
    } catch let error as PostgresError
      where error.code == .serverError && !error.isTransient || error.code == .rowCountMismatch
    {
      try Task.checkCancellation()
      try await connection.query("ROLLBACK TO SAVEPOINT seed_direct")
      return .refused(error.message)
    } catch is Refused {
      try await connection.query("ROLLBACK TO SAVEPOINT seed_direct")
      return .refused("some values or columns need a check of each row")
    }
  }

  private func copy(_ name: String) async throws -> Int {
    guard let source = try folder.open(name) else { throw Refused() }
    var lines = CopyLines(load: load)
    var parser = CSVParser(delimiter: load.definition.csv.delimiter)
    var isFinished = false
    /// Reads the next part.
    func next() throws -> (lines: [UInt8], count: Int)? {
      do {
        while !isFinished, lines.bytes.count < Self.partSize {
          guard let chunk = try source.next() else {
            try parser.finish { try lines.add($0) }
            isFinished = true
            break
          }
          try Task.checkCancellation()
          try parser.feed(lines.isBegun ? chunk : TextEncodingCheck.withoutMark(chunk)) { try lines.add($0) }
        }
      } catch is CSVParser.Failure {
        throw Refused()
      } catch is CopyLines.Unfit {
        throw Refused()
      } catch is RegularFile.Failure {
        throw Refused()
      }
      return lines.take()
    }
    // The columns are known after the first lines.
    let first = try next()
    let found = lines.columns.map(\.quoted)
    guard !found.isEmpty, columns.isEmpty || columns == found else { throw Refused() }
    columns = found
    var pending = first
    return try await context.session.copyText(
      into: PostgresQuery(unescaped: load.live.quoted), columns: lines.columns
    ) {
      if let part = pending {
        pending = nil
        return part
      }
      return try next()
    }
  }
}

/// Converts records of a CSV file to lines of COPY's text format.
struct CopyLines {
  /// The record needs to be staged.
  struct Unfit: Error {}

  private let load: TableLoad
  private let nullText: [UInt8]
  private var rules: [LiteralRule?] = []
  private(set) var columns: [PostgresIdentifier] = []
  private(set) var bytes: [UInt8] = []
  private var count = 0

  var isBegun: Bool { !columns.isEmpty }

  init(load: TableLoad) {
    self.load = load
    nullText = Array(load.definition.csv.nullText.utf8)
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
    guard isBegun else { return try begin(record) }
    guard record.fields.count == columns.count else { throw Unfit() }
    count += 1
    if count % RecordLimits.cancellationInterval == 0 { try Task.checkCancellation() }
    try record.bytes.withUnsafeBufferPointer { source in
      for (index, field) in record.fields.enumerated() {
        if index > 0 { bytes.append(0x09) }
        let value = UnsafeBufferPointer(rebasing: source[field.range])
        if !field.isQuoted, value.count == nullText.count, value.elementsEqual(nullText) {
          bytes.append(contentsOf: [0x5C, 0x4E])
        } else {
          if rules[index]?.refusal(of: record.bytes[field.range]) != nil { throw Unfit() }
          append(value)
        }
      }
    }
    bytes.append(0x0A)
  }

  /// Takes the field names. Each must fill exactly one column.
  private mutating func begin(_ record: borrowing CSVRecord) throws {
    for index in record.fields.indices {
      guard let slots = load.slotsOfField[ExactName(record.text(index))], slots.count == 1,
        let column = load.slots[slots[0]].column, !column.isAlwaysIdentity, column.sequence == nil,
        !columns.contains(column.name)
      else { throw Unfit() }
      columns.append(column.name)
      rules.append(load.slots[slots[0]].rule)
    }
    let names = columns.map { ExactName($0.name) }
    guard
      (load.definition.key + load.definition.columns.map(\.column)).map(ExactName.init).allSatisfy(
        names.contains)
    else {
      throw Unfit()
    }
  }

  private mutating func append(_ value: UnsafeBufferPointer<UInt8>) {
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
