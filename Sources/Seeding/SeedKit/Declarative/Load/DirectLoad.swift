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
    guard names.allSatisfy({ [.csv, .tsv].contains(load.definition.format(of: $0)) }) else {
      return .refused("only CSV files are bulk-loaded")
    }
    for name in names where try folder.has(DataFormat.overlay(of: name, in: context.environment)) {
      return .refused("\(name) has an overlay")
    }
    guard load.live.triggers.isEmpty else { return .refused("the table has triggers") }
    guard load.slots.allSatisfy({ $0.shift == nil }) else { return .refused("its dates are shifted") }
    guard load.keyRule == .plain else {
      return .refused(
        load.key?.isPlain == true
          ? "the key's unique index is NULLS NOT DISTINCT"
          : "the key's unique index is partial or has expressions")
    }
    let connection = context.session
    // citus: not a subquery for each row
    let (isEmpty, hasRules) = try await connection.queryOne(
      """
      SELECT NOT EXISTS (SELECT 1 FROM \(unescaped: load.live.quoted)),
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
      return .refused("some values or columns must be checked row by row")
    }
  }

  private func copy(_ name: String) async throws -> Int {
    let definition = load.definition
    guard let source = try folder.content(of: name, encoding: definition.encoding),
      let format = definition.format(of: name)
    else { throw Refused() }
    var lines = CopyLines(load: load, format: format)
    var parser = CSVParser(definition.csv, delimiter: definition.csv.delimiter(of: format))
    var isFirst = true
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
          try parser.feed(isFirst ? TextEncodingCheck.withoutMark(chunk) : chunk) { try lines.add($0) }
          isFirst = false
        }
      } catch is FieldFailure {
        throw Refused()
      } catch is FixtureError {
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
