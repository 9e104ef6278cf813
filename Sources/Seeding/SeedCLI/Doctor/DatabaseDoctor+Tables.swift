import Migrations
import Postgres
import SeedKit

extension DatabaseDoctor {
  /// Checks that the tables and columns exist that applied migrations created and that declarative seeders use.
  func tables() async throws -> DoctorVerdict {
    var lost: [String] = []
    var statements: [String] = []
    var count = 0
    let states = try await Migrator(sets: try migrationSets()).status(on: connection)
    let applied = Set(
      states.compactMap { state -> String? in
        guard case .applied = state.status else { return nil }
        return "\(state.set) \(state.version)"
      })
    for set in try migrationSets() {
      let outline = SchemaOutline(set.migrations.filter { applied.contains("\(set.name) \($0.version)") })
      for table in outline.tables {
        count += 1
        guard let columns = try await columns(of: table.name) else {
          lost.append("the table '\(table.name)' is missing")
          statements += table.statements
          continue
        }
        for column in table.columns where !columns.contains(column.name) {
          // Existing rows have no value in the new column.
          let isOpen = column.definition.contains(" NOT NULL") && !column.definition.contains(" DEFAULT ")
          lost.append(
            "the column '\(column.name)' of '\(table.name)' is missing"
              + (isOpen ? "; set NOT NULL once every row has a value" : ""))
          let definition =
            isOpen
            ? column.definition.replacing(" NOT NULL", with: "", maxReplacements: 1) : column.definition
          statements.append("ALTER TABLE \(table.name) ADD COLUMN \(definition)")
        }
      }
    }
    guard lost.isEmpty else {
      return .failure(
        lost.joined(separator: "\n"), fix: "run as the owner: \(statements.joined(separator: "; "));")
    }
    let faults = try await definitionFaults(&count)
    guard faults.isEmpty else {
      return .failure(
        faults.map(\.description).joined(separator: "\n"),
        fix: "create the tables, columns and keys named above, or correct the definitions")
    }
    return count == 0
      ? .skipped("no seeder has tables yet") : .ok("\(Text.count(count, "table")) as expected")
  }

  /// The faults of the definitions of selected seeders whose tables are created by the application.
  private func definitionFaults(_ count: inout Int) async throws -> [FixtureFault] {
    guard let registry else { return [] }
    let plan = try? SeedPlan(
      registry: registry, selection: .all(), environment: session.settings[.environment])
    var faults: [FixtureFault] = []
    for seeder in plan?.steps.map(\.seeder) ?? registry.seeders {
      guard let seeder = seeder.declarative, try seeder.migrations().isEmpty else { continue }
      count += try seeder.definition.tableNames().count
      faults += try await seeder.faults(on: connection)
    }
    return faults
  }

  /// The columns of a table; nil if the table does not exist.
  private func columns(of table: String) async throws -> Set<String>? {
    let rows = try await connection.query(
      """
      SELECT attname::text FROM pg_attribute
      WHERE attrelid = to_regclass(\(table)) AND attnum > 0 AND NOT attisdropped
      """)
    return rows.isEmpty ? nil : Set(try rows.map { try $0.decode(String.self) })
  }
}
