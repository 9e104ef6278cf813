import Postgres

extension DeclarativeLoader {
  /// Rejects deletes in production that were not allowed.
  func checkSync() throws {
    let tables = definition.tables.flatMap { [$0] + $0.children }
    guard context.environment == .production, !context.allowsDeletes, context.recorder == nil,
      let table = tables.first(where: { $0.policy == .sync })
    else { return }
    throw SeedGuardError.deletesNotAllowed(table: table.table.description)
  }

  /// Rejects commands that were not allowed.
  func checkCommands() throws {
    guard let command = definition.tables.lazy.compactMap(\.command).first else { return }
    guard definition.allowsCommands else { throw SeedGuardError.commandsNotAllowed(command: "\(command)") }
    for name in definition.tables.flatMap({ $0.command?.inputs ?? [] }) where try !folder.has(name) {
      throw FixtureError([definition.missing(name, line: command.line)])
    }
    // A survey would run the commands a second time.
    try context.willWrite()
  }

  /// Computes the columns that SQL expressions fill, before the first row is written.
  func compute(_ stages: [TableStage]) async throws {
    guard !stages.isEmpty else { return }
    let faults = FaultCollector()
    for stage in stages { try await stage.createFunctions(faults) }
    try faults.check()
    for stage in stages { try await stage.compute(faults) }
    try faults.check()
    await context.session.runWithNext(stages.flatMap { $0.dropFunctions() })
  }

  /// Notes which table is used where the search path may surprise.
  func noteAmbiguities(_ loads: [TableLoad]) {
    var told: Set<String> = []
    for table in loads.flatMap({ [$0.live] + $0.references.map(\.table) }) {
      guard let ambiguity = table.ambiguity, told.insert(ambiguity).inserted else { continue }
      context.noteAlways(ambiguity)
    }
  }
}
