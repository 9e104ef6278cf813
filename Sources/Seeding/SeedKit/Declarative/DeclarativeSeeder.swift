import Basics
public import Migrations

/// A seeder that is a folder with a `seeder.json` and files of records.
///
/// It converges like any other: rows are found by their natural keys, missing ones inserted, differing
/// ones updated, equal ones not touched. The columns' types decide how a value is read.
public struct DeclarativeSeeder: Seeder, MigratingSeeder, FixtureSeeder, VersionedSeeder {
  /// The name of the file that makes a folder a seeder.
  public static let fileName = "seeder.json"

  /// What the `seeder.json` says.
  public let definition: SeederDefinition
  let folder: DataFolder
  /// The SHA-256 of the definition that was read.
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

  /// Reads a seeder that is part of the program.
  ///
  /// - Parameters:
  ///   - name: its folder among the fixtures.
  ///   - fixtures: where its files are.
  ///   - migrations: those that make its tables.
  /// - Throws: ``FixtureError`` for a faulty definition.
  public init(
    builtIn name: String, fixtures: FixtureStore,
    migrations: @escaping @Sendable () throws -> [MigrationSet] = { [] }
  ) throws {
    let file = try fixtures.file("\(name)/\(Self.fileName)")
    definition = try DefinitionReader.read(file.bytes, path: file.path)
    definitionDigest = Digest.sha256Hex(file.bytes)
    folder = .builtIn(fixtures, name: name)
    makeMigrations = migrations
  }

  /// Reads a seeder that is a folder of the machine.
  ///
  /// - Parameter path: the folder.
  /// - Throws: ``FixtureError`` for a faulty definition, or if there is none.
  public init(directory path: String) throws {
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
    definition = try DefinitionReader.read(bytes, path: file)
    definitionDigest = Digest.sha256Hex(bytes)
    folder = .directory(path: path, watch: nil)
    makeMigrations = { [] }
  }

  /// The definition and the files, where they are part of the program.
  public var fixtures: [String] {
    guard case .builtIn(let store, let name) = folder else { return [] }
    return fileNames.map { "\(name)/\($0)" }.filter(store.contains)
  }

  /// The files of a folder and their digests: they are read piece by piece, however large.
  public var fingerprintInputs: [String] {
    guard case .directory = folder else { return [] }
    return ["file \(Self.fileName) \(definitionDigest)"]
      + fileNames.dropFirst().compactMap { name in
        // A file that cannot be read is a fault of the run, which says more about it.
        guard let digest = try? folder.digest(of: name, states: states) else { return nil }
        return "file \(name) \(digest)"
      }
  }

  /// The files of a folder of the machine.
  var folderFiles: [SourceFile] {
    guard case .directory = folder else { return [] }
    return fileNames.compactMap { name in
      guard let digest = try? folder.digest(of: name), let size = try? folder.size(of: name) else {
        return nil
      }
      return SourceFile(path: folder.path(of: name), sha256: digest, bytes: size)
    }
  }

  /// The definition, the files that it names, and what may be laid over those.
  private var fileNames: [String] {
    let names = definition.tables.flatMap { table -> [String] in
      guard case .files(let files) = table.source else { return [] }
      return files.map(\.name)
    }
    let overlays = names.flatMap { name in
      SeedEnvironment.allCases.map { DataFormat.overlay(of: name, in: $0) }
    }
    return [Self.fileName] + names + overlays
  }

  /// Those that make its tables; none for a folder of the machine, whose tables are its owner's.
  public func migrations() throws -> [MigrationSet] { try makeMigrations() }

  /// The same seeder with the tables of another, for which it stands in.
  public func withMigrations(of other: RegisteredSeeder) -> DeclarativeSeeder {
    var copy = self
    copy.makeMigrations = { try other.migrations() }
    return copy
  }

  /// Loads the files, which may not change until the commit.
  public func seed(in context: SeedContext) async throws { try await loader(in: context).run() }

  private func loader(in context: SeedContext) -> DeclarativeLoader {
    let watch = FileWatch(expected: context.fingerprint == nil ? [:] : states.all)
    context.beforeCommit { try watch.check() }
    return DeclarativeLoader(
      definition: definition, folder: folder.watched(by: watch), watch: watch, context: context)
  }

  /// The rows of the tables that the history knows as a whole, for a reset: those that are as the files have them.
  func wholeTables(in context: SeedContext) async throws -> [RowRemoval.Table] {
    try await loader(in: context).wholeTables()
  }
}
