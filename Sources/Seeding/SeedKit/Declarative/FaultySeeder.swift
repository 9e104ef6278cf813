public import Migrations

/// A seeder with an invalid definition. It can be listed, selected and reset like any other, and fails with the
/// faults when it runs, so that one invalid file causes one failure.
public struct FaultySeeder: MigratingSeeder, FixtureSeeder, VersionedSeeder, ResettableSeeder {
  /// The id of the definition, or one derived from its folder's name.
  public let id: SeederID
  /// The faults.
  public let error: FixtureError
  private var makeMigrations: @Sendable () throws -> [MigrationSet] = { [] }

  /// Creates a seeder that reports the faults of an invalid definition.
  ///
  /// - Parameters:
  ///   - id: the id of the seeder.
  ///   - error: the faults of its definition.
  public init(id: SeederID, error: FixtureError) {
    self.id = id
    self.error = error
  }

  /// The first fault.
  public var summary: String {
    let rest = error.faults.count - 1
    return "faulty definition: \(error.faults.first?.description ?? "")"
      + (rest > 0 ? " (and \(rest) more fault\(rest == 1 ? "" : "s"))" : "")
  }

  /// All, because the invalid part may be the environments.
  public var environments: Set<SeedEnvironment> { Set(SeedEnvironment.allCases) }

  /// The faults, so that the fingerprint differs from that of any valid definition.
  public var fingerprintInputs: [String] { error.faults.map(\.description) }

  /// None.
  public var fixtures: [String] { [] }

  /// The migrations of the seeder that it replaces.
  public func migrations() throws -> [MigrationSet] { try makeMigrations() }

  /// The same with the migrations of another seeder, which it replaces.
  public func withMigrations(of other: RegisteredSeeder) -> FaultySeeder {
    var copy = self
    copy.makeMigrations = { try other.migrations() }
    return copy
  }

  /// Throws the faults.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection { throw error }

  /// Throws the faults.
  public func seed(in context: SeedContext) async throws { throw error }

  /// Throws the faults if a table is owned as a whole, because only a valid definition tells which rows belong to
  /// the seeder.
  public func reset(in context: SeedContext) async throws {
    if try await context.hasWholeTables() { throw error }
  }
}

extension FaultySeeder {
  /// Creates a seeder that reports the faults of the definition in a folder.
  ///
  /// - Parameters:
  ///   - folder: the folder's path.
  ///   - error: the faults of its definition.
  ///   - isTaken: whether another seeder has an id. Only called for ids derived from the folder's name.
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

  /// The id in a definition. Found even in invalid JSON, because a missing comma must not hide the name.
  static func declaredID(_ bytes: [UInt8]) -> SeederID? {
    if let root = try? JSONParser.parse(bytes, dialect: .json5) {
      return (try? root.member("id")?.value.string()).flatMap(SeederID.init(rawValue:))
    }
    let text = String(decoding: bytes, as: UTF8.self)
    for key in text.ranges(of: "id") {
      // The key may be quoted. A colon and the quoted value follow.
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
