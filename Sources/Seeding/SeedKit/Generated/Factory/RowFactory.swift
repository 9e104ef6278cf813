import FoundationEssentials
package import Postgres
import SeedGenerators

/// Makes rows for tests with the generators of generated tables: inserts them, and the rows that they need in other
/// tables, and returns them.
package actor RowFactory {
  private let connect: @Sendable () async throws -> PostgresConnection
  private let declare: @Sendable () throws -> [FactoryDeclaration]
  private lazy var declarations = Result { try declare() }
  private let seed: Int
  let fillsAll: Bool
  private var connection: PostgresConnection?
  /// By schema and name.
  private var sources: [String: ScaffoldSource] = [:]
  private var tables: [String: FactoryTable] = [:]
  private var names: [TableName: String] = [:]
  /// The number of the next row, by table.
  private var next: [String: Int] = [:]
  /// The last position among the rows of the same parents, by table and parents.
  private var positions: [String: Int] = [:]

  /// - Parameters:
  ///   - declarations: makes the declarations of what tables are filled with. Of several for a table, the last one
  ///     applies.
  ///   - seed: selects the values.
  ///   - fillsAll: whether columns that may be left out get guessed values, too.
  ///   - connect: makes the connection, before the first row.
  package init(
    declarations: @escaping @Sendable () throws -> [FactoryDeclaration], seed: Int, fillsAll: Bool,
    connect: @escaping @Sendable () async throws -> PostgresConnection
  ) {
    declare = declarations
    self.seed = seed
    self.fillsAll = fillsAll
    self.connect = connect
  }

  /// Whether a call is running, and the calls that wait for its end. Statements of one call must not come between those
  /// of another, and the order of calls decides the values.
  private var isBusy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// What the tables of one call share.
  struct Call {
    /// The rows that the call made or that its overrides refer to, by table.
    var related: [String: [[String: [UInt8]]]] = [:]
    /// The tables whose rows are being made.
    var path: [String] = []
  }

  /// Makes rows of a table.
  ///
  /// - Parameters:
  ///   - declaration: what the table is filled with. Its columns take precedence over those of `init`.
  ///   - count: the number of rows.
  ///   - overrides: the values of all rows.
  /// - Returns: the rows as JSON objects, with all columns.
  package func make(
    _ declaration: FactoryDeclaration, count: Int, _ overrides: FactoryOverrides
  ) async throws -> [JSONNode] {
    guard count > 0 else { return [] }
    if isBusy { await withCheckedContinuation { waiting.append($0) } }
    isBusy = true
    defer {
      // The next call takes over, so that no other one comes first.
      if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
    let connection = try await connected()
    let table = try await table(declaration, on: connection)
    let given = try overrides.texts(for: table.live, path: declaration.path)
    let needsParents = table.assuming(given, fillsAll: fillsAll).links.contains { link in
      table.isDeclared(link) || table.columnsToFill(link, given) != nil
    }
    // One statement is a transaction. In a transaction of the caller, its end decides about the rows.
    guard needsParents, await connection.isIdle else {
      return try await makeAll(table, count: count, given, on: connection)
    }
    do {
      return try await connection.withTransaction { connection in
        try await self.makeAll(table, count: count, given, on: connection)
      }
    } catch let error as PostgresTransactionError {
      throw error.cause
    }
  }

  private func makeAll(
    _ table: FactoryTable, count: Int, _ given: [String: FactoryTable.Given],
    on connection: PostgresConnection
  ) async throws -> [JSONNode] {
    var call = Call()
    return try await make(table, count: count, given, in: &call, on: connection)
  }

  private func connected() async throws -> PostgresConnection {
    if let connection { return connection }
    let opened = try await connect()
    connection = opened
    return opened
  }

  // MARK: Tables

  private func table(
    _ declaration: FactoryDeclaration, on connection: PostgresConnection
  ) async throws -> FactoryTable {
    let name = declaration.table
    if names[name] == nil {
      try await readSources(of: try name.quoted(), on: connection)
      guard let live = try await LiveTable.describe([name], on: connection)[name] else {
        let kind = try await RelationKind.find([name], on: connection)[name]
        let known = try await RelationKind.Known.read(on: connection)
        throw fault(
          declaration, .missingTable, at: "table",
          found: kind.map { "'\(name)', which is \($0)" }
            ?? "no table '\(name)' in the database '\(known.database)'",
          expected: known.nearest(to: name.description).map { "'\($0)'" } ?? "a table that exists")
      }
      names[name] = live.canonicalName
    }
    let unknown = try declarations.get().map(\.table).filter { names[$0] == nil }
    let live = try await LiveTable.describe(unknown, on: connection)
    for other in unknown { names[other] = live[other]?.canonicalName ?? "" }
    guard let canonical = names[name], sources[canonical] != nil else {
      throw fault(
        declaration, .missingTable, at: "table", found: "no table '\(name)'", expected: "a table that exists")
    }
    let table = try await table(canonical, on: connection)
    return declaration.rule.columns.isEmpty ? table : table.with(declaration)
  }

  /// Reads the catalog. Its texts, such as dates in partition bounds, depend on settings. The transaction is rolled back,
  /// so that these do not stay in a transaction of the caller.
  private func readSources(of table: String, on connection: PostgresConnection) async throws {
    struct Undo: Error {}
    var found: [ScaffoldSource] = []
    do {
      try await connection.withTransaction(setup: [StableSettings.statement]) { connection in
        found = try await ScaffoldSource.read(table: table, on: connection)
        throw Undo()
      }
    } catch let error as PostgresTransactionError {
      guard error.cause is Undo, error.rollbackError == nil else { throw error.cause }
    }
    for source in found { sources[source.live.canonicalName] = source }
  }

  /// A table that a foreign key refers to.
  func table(_ canonical: String, on connection: PostgresConnection) async throws -> FactoryTable {
    if let known = tables[canonical] { return known }
    if sources[canonical] == nil {
      try await readSources(of: try TableName(text: canonical).quoted(), on: connection)
    }
    let declared = try declarations.get().last { names[$0.table] == canonical }
    let shown = sources[canonical]?.live.name.description ?? canonical
    let declaration = try declared ?? FactoryDeclaration(table: shown, columns: .object([]), seed: seed)
    guard let source = sources[canonical] else {
      throw fault(
        declaration, .missingTable, at: "table", found: "no table '\(canonical)'",
        expected: "a table that exists")
    }
    let table = FactoryTable(source, declaration: declaration)
    tables[canonical] = table
    return table
  }

  func fault(
    _ declaration: FactoryDeclaration, _ code: ErrorCode, at field: String?, found: String, expected: String
  ) -> FixtureError {
    FixtureError([
      FixtureFault(code, file: declaration.path, field: field, found: found, expected: expected)
    ])
  }

  // MARK: Rows

  func make(
    _ table: FactoryTable, count: Int, _ overrides: [String: FactoryTable.Given], in call: inout Call,
    on connection: PostgresConnection
  ) async throws -> [JSONNode] {
    var given = overrides
    let (table, references) = try await references(
      of: table.assuming(given, fillsAll: fillsAll), given, on: connection)
    call.path.append(table.live.canonicalName)
    try await addParents(of: table, count: count, &given, in: &call, on: connection)
    call.path.removeLast()
    if count > 1, let key = table.violatedKey(given) {
      throw fault(
        table.declaration, .duplicateKey, at: key.columns.joined(separator: ", "),
        found: "the same values in \(count) rows, but the unique key '\(key.index)' allows them once",
        expected: "one row for each call, or no override of one of these columns")
    }
    return try await insert(table, count: count, given, references, on: connection)
  }

  /// The next numbers of rows.
  func reserve(_ count: Int, of table: FactoryTable) -> [Int] {
    let first = next[table.live.canonicalName] ?? 0
    next[table.live.canonicalName] = first + count
    return Array(first..<first + count)
  }

  /// Returns the reserved numbers after the last used one.
  func release(after last: Int, of table: FactoryTable) { next[table.live.canonicalName] = last + 1 }

  /// The next positions among the rows of the same parents, from 1.
  func positions(_ count: Int, of table: FactoryTable, _ given: [String: FactoryTable.Given]) -> [Int] {
    let parents = Set(table.live.foreignKeys.flatMap(\.columns)).sorted().map { name in
      "\(name)=\(given[name]?.constant.map { String(decoding: $0, as: UTF8.self) } ?? "")"
    }
    let key = ([table.live.canonicalName] + parents).joined(separator: "\n")
    let last = positions[key] ?? 0
    positions[key] = last + count
    return Array(last + 1...last + count)
  }
}
