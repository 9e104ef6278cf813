/// The migrations of one owner, in order.
///
/// Several owners can share a database: each set has its own versions in the history.
public struct MigrationSet: Sendable {
  /// The owner's name, such as `shop`; its key in the history.
  public let name: String
  /// The migrations by version.
  public let migrations: [Migration]

  /// Reads a set.
  ///
  /// - Throws: ``MigrationError`` with code `invalidFile`, naming every fault of every file.
  public init(name: String, files: [(name: String, text: String)]) throws {
    var faults: [String] = []
    var migrations: [Migration] = []
    for file in files {
      guard let migration = Migration.parse(file: file.name, text: file.text, faults: &faults) else {
        continue
      }
      if let other = migrations.first(where: { $0.version == migration.version }) {
        faults.append("\(file.name): has the version \(migration.version) of \(other.file)")
      }
      migrations.append(migration)
    }
    guard faults.isEmpty else { throw MigrationError.invalidFiles(faults) }
    self.name = name
    self.migrations = migrations.sorted { $0.version < $1.version }
  }
}

extension MigrationSet {
  /// The tables that its migrations make, as they are written there.
  package var tables: [String] {
    migrations.flatMap { migration in
      SQLScript(migration.up).statements.compactMap { statement -> String? in
        let pattern = #/^CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z_][a-z0-9_.]*)/#.ignoresCase()
        return statement.text.prefixMatch(of: pattern).map { String($0.output.1) }
      }
    }
  }
}
