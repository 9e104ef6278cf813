public import Migrations

/// A seeder whose definition is faulty: it can be listed, selected and reset like any other, and fails with the
/// faults when it is to be seeded, so that one bad file stays one failure.
public struct FaultySeeder: MigratingSeeder, FixtureSeeder, VersionedSeeder, ResettableSeeder {
  /// The id of the definition, or one derived from its folder's name.
  public let id: SeederID
  /// What is wrong.
  public let error: FixtureError
  private var makeMigrations: @Sendable () throws -> [MigrationSet] = { [] }

  /// Stands in for a seeder.
  ///
  /// - Parameters:
  ///   - id: the id under which it is known.
  ///   - error: what is wrong with its definition.
  public init(id: SeederID, error: FixtureError) {
    self.id = id
    self.error = error
  }

  /// Names the first fault.
  public var summary: String {
    let rest = error.faults.count - 1
    return "faulty definition: \(error.faults.first?.description ?? "")"
      + (rest > 0 ? " (and \(rest) more fault\(rest == 1 ? "" : "s"))" : "")
  }

  /// All: where it was meant to run may be what cannot be read.
  public var environments: Set<SeedEnvironment> { Set(SeedEnvironment.allCases) }

  /// The faults, so that the fingerprint is that of no correct definition.
  public var fingerprintInputs: [String] { error.faults.map(\.description) }

  /// None.
  public var fixtures: [String] { [] }

  /// Those of the seeder for which it stands in.
  public func migrations() throws -> [MigrationSet] { try makeMigrations() }

  /// The same with the tables of another seeder, for which it stands in.
  public func withMigrations(of other: RegisteredSeeder) -> FaultySeeder {
    var copy = self
    copy.makeMigrations = { try other.migrations() }
    return copy
  }

  /// Throws the faults.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection { throw error }

  /// Throws the faults.
  public func seed(in context: SeedContext) async throws { throw error }

  /// Throws the faults if a table is owned as a whole: only the definition would say what the seeder's rows are.
  public func reset(in context: SeedContext) async throws {
    if try await context.hasWholeTables() { throw error }
  }
}

extension FaultySeeder {
  /// Stands in for the seeder of a folder whose definition cannot be used.
  ///
  /// - Parameters:
  ///   - folder: the folder's path.
  ///   - error: what is wrong with its definition.
  ///   - isTaken: whether another seeder has an id; asked only for one that is derived from the folder's name.
  public init(directory folder: String, error: FixtureError, isTaken: (SeederID) -> Bool) {
    let file = "\(folder)/\(DeclarativeSeeder.fileName)"
    let bytes =
      (try? RegularFile.read(file, sizeLimit: 1 << 20, purpose: "a seeder definition")) ?? nil
    if let id = bytes.flatMap(Self.declaredID) {
      self.init(id: id, error: error)
      return
    }
    let name = Self.id(of: folder)
    var id = name
    var number = 2
    while isTaken(id), let next = SeederID(rawValue: "\(name)-\(number)") {
      id = next
      number += 1
    }
    self.init(id: id, error: error)
  }

  /// The id in a definition, also in one that is no JSON: a missing comma must not hide the name.
  static func declaredID(_ bytes: [UInt8]) -> SeederID? {
    if let root = try? JSONParser.parse(bytes, dialect: .json5) {
      return (try? root.member("id")?.value.string()).flatMap(SeederID.init(rawValue:))
    }
    let text = String(decoding: bytes, as: UTF8.self)
    for key in text.ranges(of: "id") {
      // The key may be quoted; then come a colon and the value in quotes.
      guard text[..<key.lowerBound].last?.isLetter != true else { continue }
      var rest = text[key.upperBound...].drop { $0 == "\"" || $0 == "'" }.drop(while: \.isWhitespace)
      guard rest.popFirst() == ":" else { continue }
      rest = rest.drop(while: \.isWhitespace)
      guard let quote = rest.popFirst(), quote == "\"" || quote == "'" else { continue }
      if let id = SeederID(rawValue: String(rest.prefix { $0 != quote && !$0.isNewline })) { return id }
    }
    return nil
  }

  /// The folder's name as an id.
  private static func id(of folder: String) -> SeederID {
    let name = folder.split(separator: "/").last.map(String.init) ?? ""
    let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let text = String(words.joined(separator: "-").utf8.prefix(50)) ?? ""
    return SeederID(rawValue: text) ?? SeederID(rawValue: "seeder-\(text)") ?? "faulty-seeder"
  }
}
