import Postgres

extension LoadPlanner {
  /// Checks that the dates of the tables can be shifted.
  func checkDates(_ loads: [TableLoad], on connection: PostgresConnection) async throws {
    guard let dates = definition.dates else { return }
    for load in loads {
      let table = load.definition
      // A shifted key belongs to another row, so each step would leave the old rows behind.
      for column in table.key where table.policy != .sync {
        guard load.slots.contains(where: { $0.shift != nil && $0.column?.name.isNamed(column) == true })
        else {
          continue
        }
        fault(
          table.line(of: "key"), found: "the column '\(column)', which 'dates' shifts",
          expected: "other columns, \"policy\": \"sync\", or \"dates\": false for this column", at: "key")
      }
    }
    guard dates.timeZone != "UTC", !loads.isEmpty else { return }
    do {
      try await connection.query("SELECT timezone(\(dates.timeZone), now())")
    } catch let error as PostgresError where error.sqlState?.rawValue == "22023" {
      fault(
        dates.line, found: "'\(dates.timeZone)'",
        expected: "a time zone that the server knows, such as Europe/Oslo",
        at: "dates.timeZone")
    }
  }
}

extension TableLoad {
  /// Adds a fault for each column that a field fills and `dates` of the definition cannot shift.
  func checkMovingDates(_ faults: FaultCollector) {
    for slot in slots.indices where presence[slot] > 0 && MovingDates.isContained(in: slots[slot].baseType) {
      let column = slots[slot].column
      let rule = column.flatMap { column in definition.columns.first { column.name.isNamed($0.column) } }
      guard !definition.values.keepsDates, rule?.values.keepsDates != true else { continue }
      faults.add(
        FixtureFault(
          .invalidDefinition, file: definition.path, line: rule?.line ?? definition.line,
          field: column?.name.name ?? slots[slot].field,
          found: "a column of type \(slots[slot].type), which 'dates' cannot shift",
          expected: "\"dates\": false for this column"))
    }
  }
}
