import Basics
public import FoundationEssentials
public import Migrations

/// A seeder made of a folder with a `seeder.json` and files of records.
///
/// Rows are matched by natural key. Missing rows are inserted, rows that differ are updated, equal rows stay
/// untouched. The types of columns determine how values are read.
public struct DeclarativeSeeder: Seeder, MigratingSeeder, FixtureSeeder, VersionedSeeder {
  /// The name of the definition file.
  public static let fileName = "seeder.json"

  /// The contents of the `seeder.json`.
  public let definition: SeederDefinition
  let folder: DataFolder
  /// The SHA-256 of the definition.
  private let definitionDigest: String
  private let states = FileStates()
  private var makeMigrations: @Sendable () throws -> [MigrationSet]

  /// The definition's.
  public var id: SeederID { definition.id }
  /// The definition's.
  public var summary: String { definition.summary }
  /// The definition's.
  public var dependencies: [SeederID] { definition.dependencies }
  /// The definition's.
  public var environments: Set<SeedEnvironment> { definition.environments }

  /// Reads a built-in seeder.
  ///
  /// - Parameters:
  ///   - name: its folder in the fixtures.
  ///   - fixtures: the files of the program.
  ///   - migrations: the migrations that create its tables.
  /// - Throws: ``FixtureError`` for an invalid definition.
  public init(
    builtIn name: String, fixtures: FixtureStore,
    migrations: @escaping @Sendable () throws -> [MigrationSet] = { [] }
  ) throws {
    let file = try fixtures.file("\(name)/\(Self.fileName)")
    folder = .builtIn(fixtures, name: name)
    definition = try DefinitionReader.read(file.bytes, path: file.path).withModels(in: folder)
    definitionDigest = Digest.sha256Hex(file.bytes)
    makeMigrations = migrations
  }

  /// What a run decides about seeders of folders.
  public struct Options: Sendable {
    /// The time to which `dates` of a definition moves; nil for the current time.
    public var now: Date?
    /// Whether the commands of tables may run.
    public var allowsCommands = false
    /// The numbers of generated rows.
    public var rowCounts = RowCountOptions()

    /// Creates options.
    public init() {}
  }

  /// Reads the seeder of a folder on disk: a ``GeneratedSeeder`` if its tables have `generate`, otherwise a
  /// ``DeclarativeSeeder``.
  ///
  /// - Throws: ``FixtureError`` for an invalid or missing definition.
  public static func read(directory path: String, options: Options = Options()) throws -> any SeederProtocol {
    let (definition, digest) = try Self.definition(in: path, options)
    guard definition.tables.contains(where: { $0.generate != nil }) else {
      return DeclarativeSeeder(definition, digest: digest, directory: path)
    }
    return GeneratedSeeder(
      definition: definition, folder: .directory(path: path, watch: nil), digest: digest,
      counts: options.rowCounts)
  }

  /// Reads a seeder from a folder on disk, whose tables have files.
  ///
  /// - Throws: ``FixtureError`` for an invalid or missing definition.
  public init(directory path: String, options: Options = Options()) throws {
    let (definition, digest) = try Self.definition(in: path, options)
    self.init(definition, digest: digest, directory: path)
  }

  private init(_ definition: SeederDefinition, digest: String, directory path: String) {
    self.definition = definition
    definitionDigest = digest
    folder = .directory(path: path, watch: nil)
    makeMigrations = { [] }
  }

  private static func definition(in path: String, _ options: Options) throws -> (
    SeederDefinition, digest: String
  ) {
    let file = "\(path)/\(Self.fileName)"
    let bytes: [UInt8]?
    do throws(RegularFile.Failure) {
      bytes = try RegularFile.read(file, sizeLimit: 1 << 20, purpose: "a seeder definition")
    } catch {
      throw FixtureError([
        FixtureFault(.unreadableFile, file: file, found: error.found, expected: error.expected)
      ])
    }
    guard let bytes else {
      throw FixtureError([
        FixtureFault(.unreadableFile, file: file, found: "no such file", expected: "a seeder definition")
      ])
    }
    var definition = try DefinitionReader.read(bytes, path: file).withMatches(in: path)
      .withModels(in: .directory(path: path, watch: nil))
    if let now = options.now { definition.dates?.now = now }
    definition.allowsCommands = options.allowsCommands
    return (definition, Digest.sha256Hex(bytes))
  }

  /// Makes a seeder of a definition whose files may still be elsewhere, to check them.
  init(definition: SeederDefinition, folder: DataFolder) {
    self.definition = definition
    definitionDigest = ""
    self.folder = folder
    makeMigrations = { [] }
  }

  /// The definition and the files; empty for a folder on disk.
  public var fixtures: [String] {
    guard case .builtIn(let store, let name) = folder else { return [] }
    return fileNames.map { "\(name)/\($0)" }.filter(store.contains)
  }

  /// Only the files and the database decide about the rows, unless these come from commands.
  public var isDeterministic: Bool { definition.tables.allSatisfy { $0.command == nil } }

  /// The digests of the files of a folder on disk. They are read in pieces, because they may be large.
  public var fingerprintInputs: [String] {
    let environment = ProcessInfo.processInfo.environment
    // Only the digest of all inputs is stored.
    let variables = definition.environmentNames.map { name in
      "env \(name) \(environment[name].map { Digest.sha256Hex(Array($0.utf8)) } ?? "")"
    }
    let inputs = variables + (definition.dates.map { ["dates \($0.steps)"] } ?? [])
    guard case .directory = folder else { return inputs }
    return inputs + ["file \(Self.fileName) \(definitionDigest)"]
      + fileNames.dropFirst().compactMap { name in
        // A file that cannot be read is reported by the run.
        guard let digest = try? folder.digest(of: name, states: states) else { return nil }
        return "file \(name) \(digest)"
      }
  }

  /// The files of a folder on disk.
  var folderFiles: [SourceFile] {
    guard case .directory = folder else { return [] }
    return fileNames.compactMap { name in
      guard let digest = try? folder.digest(of: name), let size = try? folder.size(of: name) else {
        return nil
      }
      return SourceFile(path: folder.path(of: name), sha256: digest, bytes: size)
    }
  }

  /// The definition, its files, and their possible overlays.
  private var fileNames: [String] {
    let names = definition.dataFiles
    let overlays = names.flatMap { name in
      SeedEnvironment.allCases.map { DataFormat.overlay(of: name, in: $0) }
    }
    return [Self.fileName] + names + overlays + definition.valueFiles
  }

  /// The migrations that create its tables. Empty for a folder on disk, whose tables belong to the application.
  public func migrations() throws -> [MigrationSet] { try makeMigrations() }

  /// The same seeder with the migrations of another, which it replaces.
  public func withMigrations(of other: RegisteredSeeder) -> DeclarativeSeeder {
    var copy = self
    copy.makeMigrations = { try other.migrations() }
    return copy
  }

  /// Loads the files, which must not change until the commit.
  public func seed(in context: SeedContext) async throws { try await loader(in: context).run() }

  private func loader(in context: SeedContext) -> DeclarativeLoader {
    let watch = FileWatch(expected: context.fingerprint == nil ? [:] : states.all)
    context.beforeCommit { try watch.check() }
    return DeclarativeLoader(
      definition: definition, folder: folder.watched(by: watch), watch: watch, context: context)
  }

  /// For a reset, the rows of tables owned as a whole that match the files.
  func wholeTables(in context: SeedContext) async throws -> [RowRemoval.Table] {
    do {
      return try await loader(in: context).wholeTables()
    } catch {
      throw SecretRedaction(definition).redact(error)
    }
  }
}
