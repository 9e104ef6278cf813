/// A type whose values are rows of a table, for ``Factory``.
///
/// ```swift
/// struct Customer: FactoryModel {
///   static let table = "customer"
///   static let columns: [String: FactoryValue] = ["email": "email", "tier": ["pick": ["free": 8, "pro": 2]]]
///
///   let id: Int
///   let email, tier: String
/// }
/// ```
///
/// Each property is decoded from the column that its coding key names. Columns without a property are ignored. `Date`
/// is decoded from `timestamptz`, `timestamp` (as UTC) and `date`, `Data` from `bytea`, other types as from JSON.
public protocol FactoryModel: Decodable, Sendable {
  /// The table, with its schema unless the search path finds it.
  static var table: String { get }
  /// The generators of columns, as in `generate.columns` of a `seeder.json`. None by default. Other columns that need a
  /// value get a guessed one.
  static var columns: [String: FactoryValue] { get }
}

extension FactoryModel {
  /// None.
  public static var columns: [String: FactoryValue] { [:] }
}
