/// The seeders that a program knows, in the order in which they were named.
public struct SeederRegistry: Sendable {
  /// The seeders.
  public let seeders: [RegisteredSeeder]
  private let byID: [SeederID: RegisteredSeeder]
  /// What `--all` selects; all that say so themselves if nil.
  private var only: Set<SeederID>?
  /// What `--all` does not select.
  private var except: Set<SeederID> = []

  /// Makes a registry.
  ///
  /// - Throws: ``SeedPlanError/duplicates(_:)`` if two seeders have the same id.
  public init(_ seeders: [any SeederProtocol]) throws {
    let seeders = seeders.map(RegisteredSeeder.init)
    let counts = Dictionary(grouping: seeders, by: \.id)
    let duplicates = counts.filter { $0.value.count > 1 }.keys.sorted()
    guard duplicates.isEmpty else { throw SeedPlanError.duplicates(duplicates) }
    self.seeders = seeders
    byID = counts.compactMapValues(\.first)
  }

  /// The seeder of an id.
  public subscript(id: SeederID) -> RegisteredSeeder? { byID[id] }

  /// All ids, in order.
  public var ids: [SeederID] { seeders.map(\.id) }
}

extension SeederRegistry {
  /// The same seeders, with what the configuration says of `--all` (`all.only`, `all.except`).
  ///
  /// - Parameters:
  ///   - settings: the configuration.
  ///   - known: seeders that the configuration may name although they are not here.
  /// - Throws: ``ConfigurationError`` for a name that no seeder has.
  public func selecting(by settings: Settings, known: [SeederID] = []) throws -> SeederRegistry {
    let all = Set(ids + known)
    var faults: [ConfigurationFault] = []
    for key in [SettingKey.allOnly, .allExcept] {
      for id in settings[key] ?? [] where !all.contains(id) {
        faults.append(
          ConfigurationFault(
            place: settings.source(of: key).description, key: key.name, found: "'\(id)'",
            expected: "a seeder from 'seed-runner list'",
            suggestion: Suggestion.nearest(to: id.rawValue, in: all.map(\.rawValue).sorted()).first))
      }
    }
    guard faults.isEmpty else { throw ConfigurationError(faults: faults) }
    var copy = self
    copy.only = settings[.allOnly].map(Set.init)
    copy.except = Set(settings[.allExcept] ?? [])
    return copy
  }

  /// The same names and the same choice, with other seeders behind them.
  ///
  /// - Throws: ``SeedPlanError/duplicates(_:)`` if two of them have the same id.
  public func mapping(_ change: (RegisteredSeeder) -> any SeederProtocol) throws -> SeederRegistry {
    var copy = try SeederRegistry(seeders.map(change))
    copy.only = only
    copy.except = except
    return copy
  }

  /// Whether `--all` selects a seeder where it may run.
  func runsByDefault(_ seeder: RegisteredSeeder) -> Bool {
    (only?.contains(seeder.id) ?? seeder.runsByDefault) && !except.contains(seeder.id)
  }
}
