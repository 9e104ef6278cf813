import Postgres

/// A table owned as a whole: `"ownership": "table"`, and tables that earlier versions loaded this way because of
/// their size.
struct WholeTableLoad {
  let stage: TableStage
  let folder: DataFolder
  private let direct: DirectLoad?

  private var context: SeedContext { stage.context }
  private var live: LiveTable { stage.load.live }
  private var definition: TableDefinition { stage.load.definition }

  init(stage: TableStage, folder: DataFolder) {
    self.stage = stage
    self.folder = folder
    let names = stage.load.definition.files.map(\.name)
    direct =
      names.isEmpty ? nil : DirectLoad(stage: stage, names: names, folder: folder, context: stage.context)
  }

  /// Loads the files into an empty table, or finds that neither files nor table have changed.
  ///
  /// - Returns: nil if the rows must be compared. ``TableStage/isWhole`` says how they are owned.
  func run() async throws -> RowCounts? {
    guard definition.ownership == .table || context.mayOwnWholeTables else { return nil }
    let owned = try await context.ownedTable(live.canonicalName)
    let wasWhole = owned?.isWhole == true
    let staysWhole = wasWhole && definition.ownership == nil && definition.canBeWhole
    guard definition.ownership == .table || staysWhole else { return nil }
    stage.isWhole = true
    let known = wasWhole ? try await context.wholeTable(live.canonicalName) : nil
    if let known, let owned {
      guard context.fingerprint?.description == known.files else { return nil }
      let now = try await WholeTable.read(
        files: known.files, rows: stage.load.keyRule.rows(of: live.quoted), columns: owned.valueColumns,
        on: context.session)
      return now == known ? RowCounts(unchanged: known.rows) : nil
    }
    try context.willWrite()
    guard context.recorder == nil, owned == nil, let direct else { return nil }
    switch try await context.measure(.writing, { try await direct.run() }) {
    case .loaded(let count):
      try await record(columns: direct.columns)
      return RowCounts(inserted: count)
    case .refused(let reason):
      context.note("\(live.name): compared row by row instead of bulk-loaded: \(reason)")
      return nil
    }
  }

  /// Records the table after its rows were compared and written.
  func recordStaged() async throws {
    guard stage.isWhole || context.mayOwnWholeTables else { return }
    if stage.isWhole {
      try context.willWrite()
      try await warnOfTriggers()
      try await context.forgetRows(of: live.canonicalName)
      try await record(columns: stage.filledColumns.map(\.name.quoted))
    } else if try await context.ownedTable(live.canonicalName)?.isWhole == true {
      try context.willWrite()
      // From now on, the table is owned row by row.
      try await stage.adopt()
    }
  }

  /// The numbers in the files for columns with sequences, available after loading.
  var numbersOfSequences: [(sequence: String, query: String)] {
    let columns = Set(direct?.columns ?? [])
    return live.columns.compactMap { column in
      guard let sequence = column.sequence, columns.contains(column.name.quoted),
        ["smallint", "integer", "bigint"].contains(column.baseType)
      else { return nil }
      return (sequence, "SELECT \(column.name.quoted)::bigint AS number FROM \(live.quoted)")
    }
  }

  /// Warns about triggers: without recorded rows, those that a trigger changed on writing cannot be recognized.
  private func warnOfTriggers() async throws {
    guard !live.triggers.isEmpty else { return }
    let columns = try await stage.differingColumns()
    guard !columns.isEmpty else { return }
    let triggers = live.triggers.map { "'\($0.name)'" }.joined(separator: ", ")
    context.note(
      """
      \(live.name): the trigger \(triggers) changes \(columns.map { "'\($0)'" }.joined(separator: ", ")). The table \
      is owned as a whole, so each run after a change rewrites its rows. Set "ownership": "rows".
      """)
  }

  private func record(columns: [String]) async throws {
    guard let direct, let fingerprint = context.fingerprint else { return }
    let entry = try await context.recordOwnedTable(
      live.canonicalName, keyColumns: try stage.liveKey(), rule: stage.load.keyRule, valueColumns: columns,
      files: direct.names.map(folder.path(of:))
    ).entry
    try await WholeTable.read(
      files: fingerprint.description, rows: stage.load.keyRule.rows(of: live.quoted), columns: columns,
      on: context.session
    ).record(entry: entry, on: context.session)
  }
}
