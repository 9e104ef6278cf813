/// Options of a run that change the number of generated rows. They do not apply to rows per parent.
public struct RowCountOptions: Sendable {
  /// The environment, which may have a number of its own.
  public var environment: SeedEnvironment
  /// A factor for the numbers of the definition.
  public var scale: Double
  /// The number of every table. It takes precedence over the definition.
  public var everyTable: Int?
  /// Numbers by table, which take precedence over all others.
  public var rows: [String: Int]

  /// Creates options.
  public init(
    environment: SeedEnvironment = .dev, scale: Double = 1, everyTable: Int? = nil, rows: [String: Int] = [:]
  ) {
    self.environment = environment
    self.scale = scale
    self.everyTable = everyTable
    self.rows = rows
  }

  /// Reads the options of a run from its settings.
  public init(_ settings: Settings) {
    self.init(environment: settings[.environment], scale: settings[.scale])
    guard let numbers = settings[.rows].flatMap(Self.numbers) else { return }
    everyTable = numbers.everyTable
    rows = numbers.rows
  }

  /// Reads `1000`, `customer=1000`, or several of them, separated by commas; nil for other texts.
  static func numbers(_ text: String) -> (everyTable: Int?, rows: [String: Int])? {
    var everyTable: Int?
    var rows: [String: Int] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let number = sides.last.flatMap({ Int($0) }), (0...DefinitionReader.maximumRows).contains(number)
      else { return nil }
      if sides.count == 1 {
        guard everyTable == nil else { return nil }
        everyTable = number
      } else {
        guard !sides[0].isEmpty, rows.updateValue(number, forKey: String(sides[0])) == nil else { return nil }
      }
    }
    return (everyTable, rows)
  }

  /// The number of rows of a table.
  ///
  /// - Parameters:
  ///   - standard: the number of the definition.
  ///   - numbers: those of the definition for some environments.
  func count(of table: TableName, _ standard: Int, _ numbers: [SeedEnvironment: Int]) -> Int {
    if let number = rows[table.description] ?? rows[table.name] ?? everyTable { return number }
    return Int((Double(numbers[environment] ?? standard) * scale).rounded())
  }

  /// The number of rows of a table with a number that the environment does not change.
  public func count(of table: String, _ standard: Int) -> Int {
    count(of: TableName(text: table), standard, [:])
  }

  /// The table that has a number here and is none of the given ones; nil if there is none.
  public func unknown(among tables: [String]) -> String? {
    let known = Set(tables.flatMap { [$0, TableName(text: $0).name] })
    return rows.keys.sorted().first { !known.contains($0) }
  }
}

/// A seeder whose tables have numbers of rows that a run can change.
public protocol CountedSeeder: ConfigurableSeeder {
  /// The tables with a number of rows of their own, as in the definition.
  var countedTables: [String] { get }
}

extension CountedSeeder {
  /// `--rows` and `--scale`.
  public var flags: [String] { ["rows", "scale"] }
}
