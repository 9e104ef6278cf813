import Postgres

/// Loads all tables of a definition. All files are read and all faults found before the first row is written.
struct DeclarativeLoader {
  let definition: SeederDefinition
  let folder: DataFolder
  let watch: FileWatch
  let context: SeedContext
  /// Whether the rows come from ``SeedContext/upsert(_:into:key:touch:)``.
  var isUpsert = false

  /// Rows are sent when this many bytes are waiting.
  private static let flushSize = 4 << 20

  /// Deferrable constraints are checked at the end, so that rows can reference later ones.
  static let deferral: PostgresQuery = "SET CONSTRAINTS ALL DEFERRED"

  /// Loads the files and adds the row counts to the context.
  ///
  /// - Returns: the row counts of this definition.
  @discardableResult
  func run() async throws -> SeedOutcome {
    let outcome: SeedOutcome
    do {
      outcome = try await load()
    } catch {
      throw SecretRedaction(definition).redact(error)
    }
    for table in outcome.tables { context.count(table.counts, in: table.name) }
    return outcome
  }

  private func load() async throws -> SeedOutcome {
    let connection = context.session
    try checkSync()
    try checkCommands()
    let known = context.catalog?.tables(definition.usedTables)
    let loads: [TableLoad]
    do {
      loads = try await LoadPlanner.plan(
        definition, known: known, in: folder, sharding: context.sharding, on: connection)
    } catch is FixtureError where known != nil && !context.isSurvey {
      // An earlier seeder may have changed the tables since they were described.
      throw TableCatalog.Stale()
    }
    // A survey compares right after the catalog is read, so the tables are not described again.
    let catalog = known == nil || context.isSurvey ? nil : context.catalog
    noteAmbiguities(loads)
    let files = FileList()
    var outcome = SeedOutcome()
    var stages: [TableStage] = []
    var numbers: [(sequence: String, query: String)] = []
    for load in loads {
      let stage = try TableStage(load: load, context: context, files: files)
      stage.isUpsert = isUpsert
      let whole = WholeTableLoad(stage: stage, folder: folder)
      if let counts = try await whole.run() {
        outcome.add(.init(name: load.live.name.description, counts: counts))
        if counts.written > 0 { numbers += whole.numbersOfSequences }
      } else {
        stages.append(stage)
      }
    }
    let comparisons = try await stageAll(stages, files: files, comparedWith: catalog)
    if stages.contains(where: { $0.load.rowCount > 0 && comparisons[ObjectIdentifier($0)] == nil }) {
      try context.willWrite()
    }
    let computed = stages.filter { !$0.load.computed.isEmpty && $0.load.rowCount > 0 }
    try await compute(computed)
    for table in try await write(stages, comparisons).tables { outcome.add(table) }
    if outcome.total.written > 0 {
      // Triggers may write to tables with deferred constraints.
      if stages.contains(where: { $0.load.live.isDeferred || !$0.load.live.triggers.isEmpty }) {
        try await checkConstraints(stages)
      }
      for stage in stages where !stage.load.live.triggers.isEmpty { try await stage.refreshOwnership() }
    }
    guard context.recorder == nil else { return outcome }
    if outcome.total.written > 0 { for stage in computed { try await stage.recordInputs() } }
    for stage in stages { try await WholeTableLoad(stage: stage, folder: folder).recordStaged() }
    let sequences = SequenceAdvance(numbers + stages.flatMap(\.numbersOfSequences))
    if context.isSurvey {
      if try await sequences.isDue(on: connection) { try context.willWrite() }
    } else {
      await connection.runWithNext(sequences.statements)
    }
    return outcome
  }

  /// Checks the deferred constraints.
  private func checkConstraints(_ stages: [TableStage]) async throws {
    let connection = context.session
    do {
      try await connection.pipeline(["SAVEPOINT seed_constraints", "SET CONSTRAINTS ALL IMMEDIATE"])
    } catch let error as PostgresError where error.isAboutRows {
      try await connection.query("ROLLBACK TO SAVEPOINT seed_constraints")
      throw try await DeferredConstraint(error, stages: stages, on: connection).explanation()
    }
  }

  /// Stages the rows of all files, finds all faults, and compares the tables.
  ///
  /// - Parameter catalog: describes the tables as they were before the transaction.
  /// - Returns: the result of comparing each table that can be compared before others are written.
  @discardableResult
  private func stageAll(
    _ stages: [TableStage], files: FileList, comparedWith catalog: TableCatalog? = nil
  ) async throws -> [ObjectIdentifier: PostgresRow] {
    let connection = context.session
    for (_, entries) in Dictionary(grouping: stages, by: \.load.live.canonicalName) {
      for stage in entries { stage.entries = entries }
    }
    let faults = FaultCollector()
    let sender = RowSender(
      connection: connection, after: [Self.deferral] + stages.flatMap { $0.create() })
    do {
      try await read(into: stages, files: files, faults: faults, sender: sender)
    } catch {
      // The transaction cannot be rolled back while rows are being sent. The reading error is more useful than one
      // of sending.
      try? await sender.wait()
      throw error
    }
    // A file that changed while it was read would cause misleading faults.
    try watch.check()
    var compared: [TableStage] = []
    let tables = try catalog.map {
      TableCheck(catalog: $0, description: try TableDescription(of: definition.usedTables))
    }
    let comparisons = try await TableStage.typeAndCheck(
      stages, after: sender.takePending(), faults, comparing: tables, on: connection
    ) {
      let steps = Self.comparable(stages)
      compared = steps.map(\.stage)
      var queries: [PostgresQuery] = []
      for step in steps {
        let source = try step.stage.source(ahead: step.ahead)
        queries.append(try step.stage.plainWriter(source: source).comparisonQuery)
      }
      return queries
    }
    for stage in stages { try await stage.checkOtherEntries(faults) }
    try faults.check()
    let pairs = zip(compared, comparisons).compactMap { stage, rows in
      rows.first.map { (ObjectIdentifier(stage), $0) }
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Stages the rows of tables owned as a whole, as far as they match the files.
  func wholeTables() async throws -> [RowRemoval.Table] {
    // A table that no longer exists cannot be described and has no rows to delete.
    guard try await context.hasWholeTables() else { return [] }
    let files = FileList()
    var tables: [RowRemoval.Table] = []
    for load in try await LoadPlanner.plan(
      definition, in: folder, sharding: context.sharding, on: context.session)
    {
      guard try await context.wholeTable(load.live.canonicalName) != nil else { continue }
      let stage = try TableStage(load: load, context: context, files: files)
      try await stageAll([stage], files: files)
      tables.append(try await stage.wholeRows())
    }
    return tables
  }

  /// Reads the files of all tables, then the overlays of the environment.
  private func read(
    into stages: [TableStage], files: FileList, faults: FaultCollector, sender: RowSender
  ) async throws {
    for stage in stages {
      guard stage.load.parent == nil else { continue }
      let names = stage.load.definition.files
      // Arrays in the records fill child tables.
      let filled = stages.filter { $0 === stage || $0.load.parent === stage.load }
      func flush(_ isEnd: Bool) async throws {
        let size = filled.map(\.load.buffer.byteCount).reduce(0, +)
        guard isEnd || size >= Self.flushSize else { return }
        try await sender.send(try filled.compactMap { try $0.takeWaiting() })
        // With large records, only one part is held in memory.
        if isEnd || size > 4 * Self.flushSize { try await sender.wait() }
      }
      var reader = RecordReader(load: stage.load, folder: folder, faults: faults)
      let before = faults.count
      let rows = stage.load.definition.rows
      if !rows.isEmpty { reader.add(rows: rows, path: definition.path, number: files.add(definition.path)) }
      if let command = stage.load.definition.command {
        try await reader.read(command, number: files.add("\(command)")) { try await flush(false) }
      }
      for (name, line) in names {
        let number = files.add(folder.path(of: name))
        guard try await reader.read(name, number: number, pause: { try await flush(false) }) else {
          faults.add(definition.missing(name, line: line))
          continue
        }
      }
      let firstOverlay = files.paths.count
      var hasOverlay = false
      reader.isOverlay = true
      for (name, _) in names {
        let overlay = DataFormat.overlay(of: name, in: context.environment)
        guard try folder.has(overlay) else { continue }
        let number = files.add(folder.path(of: overlay))
        hasOverlay =
          try await reader.read(overlay, number: number, pause: { try await flush(false) }) || hasOverlay
      }
      // After other faults, some fields may not have been read.
      if faults.allSatisfy(after: before, { $0.found == TableLoad.unknownField }) {
        for stage in filled { stage.load.checkMappedFields(faults) }
        if definition.dates != nil { for stage in filled { stage.load.checkMovingDates(faults) } }
      }
      try await flush(true)
      if faults.count > before { for stage in filled { stage.isIncomplete = true } }
      if hasOverlay, faults.isEmpty {
        try await sender.flush()
        for stage in filled.reversed() {
          try await stage.overlay(firstFile: firstOverlay)
          try await stage.recount()
        }
      }
    }
  }

  /// The tables that can be compared before others are written. A cycle is reported when they are written.
  private static func comparable(_ stages: [TableStage]) -> [WriteOrder.Step] {
    guard let steps = try? WriteOrder(stages).steps,
      steps.allSatisfy({ $0.left.isEmpty && $0.numbered.isEmpty })
    else { return [] }
    return steps.filter { step in
      step.stage.load.rowCount > 0 && step.stage.load.computed.isEmpty
        && step.stage.load.definition.key.allSatisfy { step.stage.stagedName(of: $0) != nil }
    }
  }

  /// Writes the tables in the order of their references, then deletes rows that are no longer in the files.
  ///
  /// - Parameter comparisons: hold until a table is written, because later tables may reference its rows.
  private func write(
    _ stages: [TableStage], _ comparisons: [ObjectIdentifier: PostgresRow]
  ) async throws -> SeedOutcome {
    let order = try WriteOrder(stages)
    var outcome = SeedOutcome()
    var gone: [ObjectIdentifier: Int] = [:]
    var comparisons = comparisons
    for step in order.steps {
      for (stage, column, key) in step.numbered {
        try await stage.number(column, onlyNew: Set(key) == Set(stage.load.definition.key))
      }
      let counts = try await step.stage.write(
        without: step.left, ahead: step.ahead, comparison: comparisons[ObjectIdentifier(step.stage)])
      if counts.written > 0 { comparisons = [:] }
      gone[ObjectIdentifier(step.stage)] = counts.drifted
      outcome.add(.init(name: step.stage.load.live.name.description, counts: counts))
    }
    for step in order.steps where !step.left.isEmpty {
      // These rows were already counted in the first pass.
      let second = try await step.stage.completeReferences(ahead: step.ahead)
      let edited = second.drifted - gone[ObjectIdentifier(step.stage), default: 0]
      outcome.add(
        .init(
          name: step.stage.load.live.name.description,
          counts: RowCounts(
            updated: second.updated, unchanged: -second.updated - edited, deleted: second.deleted,
            drifted: edited)))
    }
    for table in try await SyncRemoval(stages: order.steps.map(\.stage), context: context).run().tables {
      outcome.add(table)
    }
    return outcome
  }
}
