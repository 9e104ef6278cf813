import Postgres

/// The paths of the files that were read. Rows refer to them by number.
final class FileList {
  private(set) var paths: [String] = []

  /// - Returns: the path's number.
  func add(_ path: String) -> Int {
    paths.append(path)
    return paths.count - 1
  }
}

/// The rows of one table in two temporary tables: as text, and with the types of the columns.
final class TableStage {
  let load: TableLoad
  let context: SeedContext
  /// The rows as text: `f0`, `f1` and so on for the slots.
  let raw: PostgresIdentifier
  /// The rows with their types.
  let typed: PostgresIdentifier
  /// The slots that some record has. Set after all files are read.
  var present: [Int] = []
  /// The slots with unreadable values. These are NULL and listed in `seed_faulty`.
  var faulty: Set<Int> = []
  /// Whether the table is owned as a whole, not row by row.
  var isWhole = false
  /// Whether the rows come from ``SeedContext/upsert(_:into:key:touch:)``.
  var isUpsert = false
  /// Whether the columns that SQL expressions fill are in the typed rows.
  var isComputed = false
  /// Whether some records are not staged because they cannot be read.
  var isIncomplete = false
  /// Columns that no field fills and whose numbers are drawn before the rows are written.
  var numbered: [LiveTable.Column] = []
  /// The stages of all entries of the seeder for the same table, including this one.
  var entries: [TableStage] = []
  /// Cached, because it remembers the rows whose values are used by others.
  var knownLeftOver: LeftOverRows?

  /// Additional columns of a row: its place, the bits of missing fields, and the position of an element in its
  /// array.
  private var ordinals: [(name: String, type: PostgresType)] {
    [
      ("seed_row", .int8), ("seed_file", .int4), ("seed_record", .int4), ("seed_line", .int4),
      ("seed_missing", .varbit),
    ] + (load.parent == nil ? [] : [("seed_position", .int4)])
  }
  /// Those, and the slots with unreadable values.
  var stagedOrdinals: [(name: String, type: String)] {
    ordinals.map { ($0.name, $0.type.description) } + [("seed_faulty", "integer[]")]
  }

  private let files: FileList

  var fileList: [String] { files.paths }

  init(load: TableLoad, context: SeedContext, files: FileList) throws {
    self.load = load
    self.context = context
    self.files = files
    let number = context.nextStageNumber()
    raw = try PostgresIdentifier("seed_raw_\(number)")
    typed = try PostgresIdentifier("seed_typed_\(number)")
  }

  /// Creates the table of texts.
  func create() -> [PostgresQuery] {
    context.temporaryTable(raw, load.slots.indices.map { ("f\($0)", "text") } + stagedOrdinals)
  }

  /// Takes the collected rows to send; nil if there are none.
  func takeWaiting() throws -> RowSender.Rows? {
    guard load.buffer.rowCount > 0 else { return nil }
    defer { load.buffer = PostgresRowBuffer() }
    let columns: [(name: String, type: PostgresType)] =
      load.slots.indices.map { ("f\($0)", .text) } + ordinals
    return RowSender.Rows(
      table: raw, columns: try columns.map { (try PostgresIdentifier($0.name), $0.type) }, buffer: load.buffer
    )
  }

  /// Applies an overlay: the fields of a record replace those of the base record with the same key.
  func overlay(firstFile: Int) async throws {
    let keys = load.definition.key.flatMap { name in
      load.slots.indices.filter { load.slots[$0].column?.name.isNamed(name) == true }
        + (load.references.first { $0.column.name.isNamed(name) }?.slots ?? [])
    }
    guard !keys.isEmpty else { return }
    if load.parent != nil {
      // An array in an overlay replaces the whole array.
      let match = load.parentSlots.map(isSame).joined(separator: " AND ")
      try await context.session.query(
        """
        DELETE FROM \(raw) AS base WHERE seed_file < \(Int32(firstFile)) AND EXISTS (
          SELECT 1 FROM \(raw) AS other WHERE other.seed_file >= \(Int32(firstFile)) AND \(unescaped: match))
        """)
      let key = "ARRAY[\(load.parentSlots.map { "f\($0)" }.joined(separator: ", "))]"
      for parent in load.emptiedParents {
        // As JSON, because a part of the key may be NULL.
        let json = "[\(parent.map { $0.map(JSONOutput.quoted) ?? "null" }.joined(separator: ","))]"
        try await context.session.query(
          """
          DELETE FROM \(raw)
          WHERE \(unescaped: key) = ARRAY(SELECT jsonb_array_elements_text(\(json)::jsonb))
          """)
      }
      return
    }
    let match = keys.map(isSame).joined(separator: " AND ")
    let sets = load.slots.indices.map {
      "f\($0) = CASE WHEN get_bit(other.seed_missing, \($0)) = 1 THEN base.f\($0) ELSE other.f\($0) END"
    }
    try await context.session.query(
      """
      WITH laid AS (
        UPDATE \(raw) AS base SET \(unescaped: sets.joined(separator: ", ")),
          seed_missing = base.seed_missing & other.seed_missing,
          seed_file = other.seed_file, seed_record = other.seed_record, seed_line = other.seed_line
        FROM \(raw) AS other
        WHERE base.seed_file < \(Int32(firstFile)) AND other.seed_file >= \(Int32(firstFile)) AND \(unescaped: match)
        RETURNING other.seed_row
      ) DELETE FROM \(raw) AS other USING laid WHERE other.seed_row = laid.seed_row
      """)
  }

  /// SQL for whether two records have the same key in a slot. Compares by value where a value has several
  /// spellings, such as 1.0 and 1.00.
  private func isSame(_ slot: Int) -> String {
    func value(_ alias: String) -> String {
      switch load.slots[slot].baseType {
      case "smallint", "integer", "bigint", "numeric", "real", "double precision":
        // Texts that are not numbers are reported later, with their places.
        "CASE WHEN \(alias).f\(slot) ~ '^\\s*[-+]?\\d+(\\.\\d*)?\\s*$' THEN trim_scale(\(alias).f\(slot)::numeric)::text ELSE \(alias).f\(slot) END"
      case "uuid", "citext": "lower(\(alias).f\(slot))"
      default: "\(alias).f\(slot)"
      }
    }
    let isEqual = "\(value("base")) = \(value("other"))"
    return (load.parent ?? load).keyRule.allowsNulls
      ? "(\(isEqual) OR \(value("base")) IS NULL AND \(value("other")) IS NULL)" : isEqual
  }

  /// Counts rows and fields again after an overlay was applied.
  func recount() async throws {
    let counts = load.slots.indices.map { "count(*) FILTER (WHERE get_bit(seed_missing, \($0)) = 0)" }
    let row = try await context.session.queryOne(
      "SELECT ARRAY[count(*), \(unescaped: counts.joined(separator: ", "))] FROM \(raw)")
    let numbers: [Int64] = try row.decode([Int64].self)
    load.replaceCounts(rows: Int(numbers[0]), presence: numbers.dropFirst().map(Int.init))
  }

  /// The fields of slots for error messages.
  func fieldNames(_ slots: [Int]) -> String? {
    let names = slots.compactMap(load.fieldName)
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }

  /// SQL for the place of a row, which ``place(_:)`` decodes.
  func origin(of alias: String) -> String {
    let names =
      ["seed_file", "seed_record", "seed_line"] + (load.parent == nil ? [] : ["seed_position"])
    return "ARRAY[\(names.map { "\(alias).\($0)" }.joined(separator: ", "))]"
  }

  /// The place of a staged row, from a query with ``origin(of:)``.
  func place(_ origin: [Int32]) -> FixturePlace {
    FixturePlace(
      file: files.paths[Int(origin[0])], record: Int(origin[1]), line: Int(origin[2]),
      element: origin.count > 3 ? load.definition.element(Int(origin[3])) : nil)
  }

  func place(_ file: Int32, _ record: Int32, _ line: Int32) -> FixturePlace {
    FixturePlace(file: files.paths[Int(file)], record: Int(record), line: Int(line))
  }
}
