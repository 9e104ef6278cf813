import Postgres

/// Loads all that a definition describes: every file is read and every fault found before the first
/// row is written.
struct DeclarativeLoader {
  let definition: SeederDefinition
  let folder: DataFolder
  let context: SeedContext
  /// From how many bytes of CSV on a table is loaded as a whole.
  let wholeSize: Int

  /// Rows are sent when so many bytes of them wait.
  private static let flushSize = 4 << 20

  /// What is deferrable is checked at the end, so that rows may refer to later ones.
  static let deferral: PostgresQuery = "SET CONSTRAINTS ALL DEFERRED"

  func run() async throws -> SeedOutcome {
    let connection = context.connection
    try checkSync()
    let loads = try await LoadPlanner.plan(definition, on: connection)
    let files = FileList()
    var outcome = SeedOutcome()
    var stages: [TableStage] = []
    for load in loads {
      let stage = try TableStage(load: load, context: context, files: files)
      if let counts = try await loadWhole(stage) {
        outcome.add(.init(name: load.live.name.description, counts: counts))
      } else {
        stages.append(stage)
      }
    }
    try await stageAll(stages, files: files)
    for table in try await write(stages).tables { outcome.add(table) }
    for stage in stages where stage.isWhole && context.recorder == nil { try await recordWhole(stage) }
    if outcome.total.written > 0 { try await connection.query("SET CONSTRAINTS ALL IMMEDIATE") }
    return outcome
  }

  /// Reads all files and finds all faults.
  private func stageAll(_ stages: [TableStage], files: FileList) async throws {
    let connection = context.connection
    try await connection.pipeline([Self.deferral] + stages.flatMap { $0.create() })
    let faults = FaultCollector()
    let sender = RowSender(connection: connection)
    do {
      try await read(into: stages, files: files, faults: faults, sender: sender)
    } catch {
      // The transaction cannot be rolled back while rows are on their way; why reading ended says more.
      try? await sender.wait()
      throw error
    }
    for stage in stages { try await stage.type(faults) }
    for stage in stages { try await stage.check(faults) }
    for stage in stages { try await stage.checkReferences(faults, others: stages) }
    try faults.check()
  }

  /// Loads a large file into an empty table, or finds that neither file nor table has changed since.
  ///
  /// - Returns: nil if the rows have to be compared.
  private func loadWhole(_ stage: TableStage) async throws -> RowCounts? {
    guard context.fingerprint != nil || context.recorder != nil, let direct = direct(stage),
      try direct.isEligible(from: wholeSize)
    else { return nil }
    let live = stage.load.live
    let owned = try await context.ownedTable(live.canonicalName)
    let known = try await context.wholeTable(live.canonicalName)
    stage.isWhole = known != nil
    guard context.recorder == nil else { return nil }
    if let known, let owned {
      guard context.fingerprint?.description == known.files else { return nil }
      let now = try await WholeTable.read(
        files: known.files, quoted: live.quoted, columns: owned.valueColumns, on: context.connection)
      return now == known ? RowCounts(unchanged: known.rows) : nil
    }
    guard owned == nil, let count = try await context.measure(.writing, { try await direct.run() }) else {
      return nil
    }
    stage.isWhole = true
    try await recordWhole(stage, columns: direct.columns)
    return RowCounts(inserted: count)
  }

  private func direct(_ stage: TableStage) -> DirectLoad? {
    guard case .files(let names) = stage.load.definition.source else { return nil }
    return DirectLoad(stage: stage, names: names.map(\.name), folder: folder, context: context)
  }

  private func recordWhole(_ stage: TableStage, columns: [String]? = nil) async throws {
    guard let direct = direct(stage), let fingerprint = context.fingerprint else { return }
    let live = stage.load.live
    let columns = columns ?? stage.filledColumns.map(\.name.quoted)
    let entry = try await context.recordOwnedTable(
      live.canonicalName, keyColumns: try stage.load.definition.key.map { try PostgresIdentifier($0).quoted },
      valueColumns: columns)
    _ = try await SourceFiles.numbers(of: direct.names.map(folder.path(of:)), on: context.connection)
    try await WholeTable.read(
      files: fingerprint.description, quoted: live.quoted, columns: columns, on: context.connection
    ).record(entry: entry, on: context.connection)
  }

  /// Removes the rows of the tables that are owned as a whole; those owned row by row are the runner's.
  func reset() async throws -> SeedOutcome {
    var outcome = SeedOutcome()
    // Tables that are gone could not be described, and have no rows to remove.
    guard try await context.hasWholeTables() else { return outcome }
    let files = FileList()
    for load in try await LoadPlanner.plan(definition, on: context.connection).reversed() {
      guard try await context.wholeTable(load.live.canonicalName) != nil else { continue }
      let stage = try TableStage(load: load, context: context, files: files)
      stage.isWhole = true
      try await stageAll([stage], files: files)
      outcome.add(.init(name: load.live.name.description, counts: try await stage.removeWhole()))
      try await context.forgetTable(load.live.canonicalName)
    }
    return outcome
  }

  private func checkSync() throws {
    let tables = definition.tables.flatMap { [$0] + $0.children }
    guard context.environment == .production, !context.allowsDeletes, context.recorder == nil,
      let table = tables.first(where: { $0.policy == .sync })
    else { return }
    throw SeedGuardError.deletesNotAllowed(table: table.table.description)
  }

  /// Reads the files of all tables, then those of the environment, which are laid over them.
  private func read(
    into stages: [TableStage], files: FileList, faults: FaultCollector, sender: RowSender
  ) async throws {
    for stage in stages {
      guard case .files(let names) = stage.load.definition.source else { continue }
      // The arrays in the records fill the tables that follow this one.
      let filled = stages.filter { $0 === stage || $0.load.parent === stage.load }
      func flush(_ isEnd: Bool) async throws {
        let size = filled.map(\.load.buffer.byteCount).reduce(0, +)
        guard isEnd || size >= Self.flushSize else { return }
        try await sender.send(try filled.compactMap { try $0.takeWaiting() })
        if isEnd { try await sender.wait() }
      }
      var reader = RecordReader(load: stage.load, folder: folder, faults: faults, flush: flush)
      let before = faults.count
      for (name, line) in names {
        guard try await reader.read(name, number: files.add(folder.path(of: name))) else {
          faults.add(
            FixtureFault(
              file: definition.path, line: line, field: "files", found: "'\(name)', which is not there",
              expected: "a file beside this one"))
          continue
        }
      }
      let firstOverlay = files.paths.count
      var hasOverlay = false
      reader.isOverlay = true
      for (name, _) in names {
        let overlay = DataFormat.overlay(of: name, in: context.environment)
        guard try folder.has(overlay) else { continue }
        hasOverlay = try await reader.read(overlay, number: files.add(folder.path(of: overlay))) || hasOverlay
      }
      try await flush(true)
      if faults.count > before { for stage in filled { stage.isIncomplete = true } }
      if hasOverlay, faults.isEmpty {
        for stage in filled.reversed() {
          try await stage.overlay(firstFile: firstOverlay)
          try await stage.recount()
        }
      }
    }
  }

  /// Writes the tables, those that others refer to first, and removes what is to go in the other order.
  private func write(_ stages: [TableStage]) async throws -> SeedOutcome {
    let order = WriteOrder(stages)
    var outcome = SeedOutcome()
    for step in order.steps {
      for (stage, column) in step.numbered { try await stage.number(column) }
      let counts = try await step.stage.write(without: step.left, ahead: step.ahead)
      outcome.add(.init(name: step.stage.load.live.name.description, counts: counts))
    }
    for step in order.steps where !step.left.isEmpty {
      // These rows were counted when they were inserted or compared.
      let second = try await step.stage.completeReferences(ahead: step.ahead)
      outcome.add(
        .init(
          name: step.stage.load.live.name.description,
          counts: RowCounts(
            updated: second.updated, unchanged: -second.updated - second.drifted, drifted: second.drifted)))
    }
    for stage in order.steps.map(\.stage).reversed() where stage.load.definition.policy == .sync {
      let removed = try await stage.removeLeftOver()
      outcome.add(.init(name: stage.load.live.name.description, counts: removed))
    }
    return outcome
  }
}
