public import Postgres
import SeedKit

/// Makes rows for tests: the values are generated as for `generate` in a `seeder.json`, and rows that foreign keys need
/// are made, too.
///
/// ```swift
/// let factory = Factory(connection)
/// let customers = try await factory.make(Customer.self, count: 3, ["tier": "pro"])
/// let purchase = try await factory.make("purchase", ["customer_id": customers[0].id])
/// ```
///
/// **Values.** The overrides of the call apply first, then the generators of the ``FactoryModel``. All other columns that
/// are NOT NULL and have no default get a value that fits their name, type and constraints. So do columns that a CHECK
/// constraint demands. The rest keeps its default, or NULL; see ``Optionals``.
///
/// **Related rows.** A foreign key that is NOT NULL and not overridden refers to a new row. The rows of a call share it,
/// and so do the new rows themselves: if a purchase and its customer both belong to a shop, it is the same one. Two
/// foreign keys of a table to the same other table refer to different rows. If a unique key allows only one row for each
/// related row, every row gets its own. An override of a part of a foreign key, such as the id in (tenant, id), refers to
/// the row that has it.
///
/// **Determinism.** Values depend on the seed, the table, the column, and on how many rows of the table the factory has
/// made before, so a test gets the same ones in every run. Values of unique columns are distinct over all calls. Values
/// that existing rows have are skipped.
///
/// **Transactions.** The first use of a table reads the catalog; make a new factory after a change of its columns. Each
/// table is inserted in one round trip. Inside a transaction of the caller, the rows are part of it. Otherwise each call
/// is a transaction.
public struct Factory: Sendable {
  /// What happens to columns that may be left out: nullable ones, and those with a default.
  public enum Optionals: Sendable {
    /// They are NULL, or have their default.
    case omitted
    /// They get guessed values, except foreign keys.
    case guessed
  }

  private let rows: RowFactory
  private let seed: Int

  /// Creates a factory that uses a connection.
  ///
  /// - Parameters:
  ///   - connection: the database. Use the factory where the connection may be used.
  ///   - models: types that declare how related rows are filled.
  ///   - seed: selects other values; not negative.
  ///   - optionals: what happens to columns that may be left out.
  public init(
    _ connection: PostgresConnection, models: [any FactoryModel.Type] = [], seed: Int = 1,
    optionals: Optionals = .omitted
  ) {
    self.init(models, seed, optionals) { connection }
  }

  /// Creates a factory with a connection of its own, which is opened for the first row.
  ///
  /// - Parameters:
  ///   - database: the database.
  ///   - models: types that declare how related rows are filled.
  ///   - seed: selects other values; not negative.
  ///   - optionals: what happens to columns that may be left out.
  public init(
    _ database: TemporaryDatabase, models: [any FactoryModel.Type] = [], seed: Int = 1,
    optionals: Optionals = .omitted
  ) {
    self.init(models, seed, optionals) { try await PostgresConnection.connect(database.configuration) }
  }

  private init(
    _ models: [any FactoryModel.Type], _ seed: Int, _ optionals: Optionals,
    _ connect: @escaping @Sendable () async throws -> PostgresConnection
  ) {
    self.seed = seed
    rows = RowFactory(
      declarations: { try models.map { try Self.declaration($0, seed) } }, seed: seed,
      fillsAll: optionals == .guessed, connect: connect)
  }

  /// Inserts rows of a model's table.
  ///
  /// - Parameters:
  ///   - model: the type of the rows.
  ///   - count: the number of rows.
  ///   - overrides: values of columns in all rows. `Date` is a timestamp in UTC, `Data` is `bytea`, nested types are JSON
  ///     or arrays, nil is NULL.
  /// - Returns: the rows as the server stored them.
  /// - Throws: `FixtureError` for an unknown table or column, an invalid generator, too few distinct values, or a row that
  ///   the server rejects; ``FactoryRowError`` if the type does not fit the table; `PostgresError`.
  @discardableResult
  public func make<Model: FactoryModel>(
    _ model: Model.Type, count: Int, _ overrides: [String: (any Encodable & Sendable)?] = [:]
  ) async throws -> [Model] {
    let made = try await rows.make(
      Self.declaration(model, seed), count: count, FactoryOverrides(overrides))
    return try made.map { try FactoryRow($0).decode(Model.self) }
  }

  /// Inserts one row of a model's table.
  ///
  /// - Parameters:
  ///   - model: the type of the row.
  ///   - overrides: values of columns.
  /// - Returns: the row as the server stored it.
  /// - Throws: as `make(_:count:_:)` of a model.
  @discardableResult
  public func make<Model: FactoryModel>(
    _ model: Model.Type, _ overrides: [String: (any Encodable & Sendable)?] = [:]
  ) async throws -> Model {
    try await make(model, count: 1, overrides)[0]
  }

  /// Inserts rows of a table without a model. A model of the initializer applies if there is one for the table.
  ///
  /// - Parameters:
  ///   - table: the table, with its schema unless the search path finds it.
  ///   - count: the number of rows.
  ///   - overrides: values of columns in all rows.
  /// - Returns: the rows as the server stored them.
  /// - Throws: as `make(_:count:_:)` of a model.
  @discardableResult
  public func make(
    _ table: String, count: Int, _ overrides: [String: (any Encodable & Sendable)?] = [:]
  ) async throws -> [FactoryRow] {
    let declaration = try FactoryDeclaration(table: table, columns: .object([]), seed: seed)
    return try await rows.make(declaration, count: count, FactoryOverrides(overrides)).map(FactoryRow.init)
  }

  /// Inserts one row of a table without a model.
  ///
  /// - Parameters:
  ///   - table: the table, with its schema unless the search path finds it.
  ///   - overrides: values of columns.
  /// - Returns: the row as the server stored it.
  /// - Throws: as `make(_:count:_:)` of a model.
  @discardableResult
  public func make(
    _ table: String, _ overrides: [String: (any Encodable & Sendable)?] = [:]
  ) async throws -> FactoryRow {
    try await make(table, count: 1, overrides)[0]
  }

  private static func declaration(_ model: any FactoryModel.Type, _ seed: Int) throws -> FactoryDeclaration {
    let columns = model.columns.sorted { $0.key < $1.key }.map { name, value in
      let position = SourcePosition(line: 1, column: 1)
      return JSONMember(
        key: name, position: position, value: JSONNode(position: position, value: value.json))
    }
    return try FactoryDeclaration(table: model.table, columns: .object(columns), seed: seed)
  }
}
