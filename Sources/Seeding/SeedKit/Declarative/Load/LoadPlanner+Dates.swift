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
      for slot in load.slots where MovingDates.isContained(in: slot.baseType) {
        let rule = slot.column.flatMap { column in table.columns.first { column.name.isNamed($0.column) } }
        guard !table.values.keepsDates, rule?.values.keepsDates != true else { continue }
        fault(
          rule?.line ?? table.line, found: "a column of type \(slot.type), which 'dates' cannot shift",
          expected: "\"dates\": false for this column", at: slot.column?.name.name ?? slot.field)
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
