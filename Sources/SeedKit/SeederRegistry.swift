/// The seeders that a program knows, in the order in which they were named.
public struct SeederRegistry: Sendable {
  /// The seeders.
  public let seeders: [any Seeder]
  private let byID: [SeederID: any Seeder]

  /// Makes a registry.
  ///
  /// - Throws: ``SeedPlanError/duplicates(_:)`` if two seeders have the same id.
  public init(_ seeders: [any Seeder]) throws {
    let counts = Dictionary(grouping: seeders, by: \.id)
    let duplicates = counts.filter { $0.value.count > 1 }.keys.sorted()
    guard duplicates.isEmpty else { throw SeedPlanError.duplicates(duplicates) }
    self.seeders = seeders
    byID = counts.compactMapValues(\.first)
  }

  /// The seeder of an id.
  public subscript(id: SeederID) -> (any Seeder)? { byID[id] }

  /// All ids, in order.
  public var ids: [SeederID] { seeders.map(\.id) }
}
