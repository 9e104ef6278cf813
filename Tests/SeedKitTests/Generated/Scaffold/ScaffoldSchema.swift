import Testing

/// A schema with the structure of a well-known one.
struct ScaffoldSchema: Sendable, CustomTestStringConvertible {
  let name: String
  let sql: String
  /// The tables that cannot be filled.
  var omitted: [String] = []

  var testDescription: String { name }

  static let all = [
    pagila, chinook, northwind, shop, forum, tickets, tenants, cycles, types, accounts, codeForge, inventory,
    projects,
    rules, sums, subtypes,
  ]
}
