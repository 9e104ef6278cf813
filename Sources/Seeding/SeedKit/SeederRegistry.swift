/// The seeders of a program, in the order in which they were added.
public struct SeederRegistry: Sendable {
  /// The seeders.
  public let seeders: [RegisteredSeeder]
  private let byID: [SeederID: RegisteredSeeder]
  /// The seeders that `--all` selects; nil for those with ``ScheduledSeeder/runsByDefault``.
  private var only: Set<SeederID>?
  /// The seeders that `--all` leaves out.
  private var except: Set<SeederID> = []

  /// Creates a registry.
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

  /// The seeder with an id.
  public subscript(id: SeederID) -> RegisteredSeeder? { byID[id] }

  /// All ids, in order.
  public var ids: [SeederID] { seeders.map(\.id) }
}

extension SeederRegistry {
  /// The same seeders, with the settings for `--all` (`all.only`, `all.except`).
  ///
  /// - Parameters:
  ///   - settings: the settings.
  ///   - known: additional seeders that the settings may name.
  /// - Throws: ``ConfigurationError`` for an unknown seeder.
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

  /// The same seeders, none of which `--all` selects.
  package func selectingNone() -> SeederRegistry {
    var copy = self
    copy.only = []
    return copy
  }

  /// A registry with other seeders and the same settings for `--all`.
  ///
  /// - Throws: ``SeedPlanError/duplicates(_:)`` if two seeders have the same id.
  public func mapping(_ change: (RegisteredSeeder) -> any SeederProtocol) throws -> SeederRegistry {
    var copy = try SeederRegistry(seeders.map(change))
    copy.only = only
    copy.except = except
    return copy
  }

  /// Whether `--all` selects a seeder in environments where it may run.
  func runsByDefault(_ seeder: RegisteredSeeder) -> Bool {
    (only?.contains(seeder.id) ?? seeder.runsByDefault) && !except.contains(seeder.id)
  }
}
