extension Migrator {
  /// The direction of a script.
  public enum Direction: Sendable {
    /// Applies migrations.
    case up
    /// Reverts migrations, newest first.
    case down
  }

  /// Writes a script for psql that does the same as ``apply(on:to:)`` or a revert, including the history. Opens no
  /// connection.
  ///
  /// - Parameters:
  ///   - direction: up or down.
  ///   - range: the versions of each set.
  /// - Throws: ``MigrationError`` with code `notRevertible`.
  public func script(_ direction: Direction, versions range: ClosedRange<Int> = 0...Int.max) throws -> String
  {
    var parts = ["-- Written by seed-runner. Run it with: psql --set ON_ERROR_STOP=1 --file FILE"]
    if direction == .up { parts.append("BEGIN;\n\(MigrationHistory.bootstrap)\nCOMMIT;") }
    for set in direction == .up ? sets : sets.reversed() {
      let chosen = set.migrations.filter { range.contains($0.version) }
      for migration in direction == .up ? chosen : chosen.reversed() {
        parts.append(try script(direction, migration, set: set.name))
      }
    }
    return parts.joined(separator: "\n\n")
  }

  private func script(_ direction: Direction, _ migration: Migration, set: String) throws -> String {
    let body: String
    let entry: String
    switch direction {
    case .up:
      body = migration.up
      entry = """
        INSERT INTO seed_runner.migration (set_name, version, name, checksum, applied_at, duration_ms)
        VALUES (\(literal(set)), \(migration.version), \(literal(migration.name)), '\(migration.checksum)', now(), 0);
        """
    case .down:
      guard let down = migration.down else {
        throw MigrationError(
          .notRevertible, "\(migration.file) of '\(set)' has no section '-- migrate:down'.")
      }
      body = down
      entry = """
        DELETE FROM seed_runner.migration WHERE set_name = \(literal(set)) AND version = \(migration.version);
        """
    }
    let trimmed = body.drop(while: \.isNewline).reversed().drop(while: \.isWhitespace).reversed()
    var script = String(trimmed)
    if direction == .up, let origin = migration.origin {
      script = """
        SELECT NOT EXISTS (SELECT FROM seed_runner.migration
          WHERE set_name = \(literal(origin.set)) AND version = \(origin.version)) AS is_missing \\gset
        \\if :is_missing
        \(script)
        \\endif
        """
    }
    let statements = "-- \(set): \(migration.file)\n\(script)\n\(entry)"
    return migration.isTransactional ? "BEGIN;\n\(statements)\nCOMMIT;" : statements
  }

  func literal(_ text: String) -> String {
    "'" + text.replacing("'", with: "''") + "'"
  }
}
