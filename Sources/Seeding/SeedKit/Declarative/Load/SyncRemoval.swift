import Postgres

/// Deletes rows that are no longer in the files from tables with the `sync` policy.
///
/// If rows of this seeder reference them with ON DELETE CASCADE and are no longer in the files either, they are
/// deleted too. Any other reference keeps a row, and the run says so.
struct SyncRemoval {
  /// In the order of writing, parents first.
  let stages: [TableStage]
  let context: SeedContext

  func run() async throws -> SeedOutcome {
    var outcome = SeedOutcome()
    guard stages.contains(where: { $0.load.definition.policy == .sync }) else { return outcome }
    let removal = RowRemoval(on: context.session)
    var left: [LeftOverRows] = []
    for stage in stages where removal.index(of: stage.load.live.canonicalName) == nil {
      guard let leftOver = try await stage.leftOver() else { continue }
      if stage.load.definition.policy == .sync {
        guard try await leftOver.isAny(on: context.session) else { continue }
        try context.willWrite()
        left.append(leftOver)
        try await removal.add(leftOver.table(try await leftOver.stage(in: context)))
        outcome.add(.init(name: leftOver.name, counts: try await countEdited(leftOver)))
      } else {
        try await addCascaded(leftOver, stage, to: removal)
      }
    }
    guard !left.isEmpty else { return outcome }
    let candidates = try await changes(removal)
    try await removal.keepReferred()
    try await refuseRules(removal)
    let counts = try await removal.delete()
    let remaining = Set(try await changes(removal))
    var reasons: [Candidate: [String]] = [:]
    if context.recorder != nil {
      for kept in removal.kept {
        for key in kept.keys {
          reasons[Candidate(table: kept.table, key: key), default: []].append(kept.reason)
        }
      }
    }
    context.recorder?.add(
      candidates.map { candidate in
        RowChange(
          table: candidate.table, key: candidate.key, action: remaining.contains(candidate) ? .delete : .keep,
          isDrift: false, reason: reasons[candidate]?.joined().trimmed, file: nil, record: nil, columns: [])
      }.filter { $0.action == .delete || !isCascaded($0.table, in: removal) })
    for kept in removal.kept {
      context.note(
        "\(kept.note), although \(kept.keys.count == 1 ? "it is" : "they are") no longer in the files")
    }
    for leftOver in left {
      if let note = try await leftOver.sharedNote(on: context.session) { context.note(note) }
    }
    for (table, count) in zip(removal.tables, counts) {
      outcome.add(.init(name: table.name, counts: RowCounts(deleted: count)))
    }
    for leftOver in left { try await leftOver.checkGone(on: context.session) }
    return outcome
  }

  /// Rejects a table with rules for DELETE, with its place in the definition.
  private func refuseRules(_ removal: RowRemoval) async throws {
    guard let table = try await removal.refusing(), let rules = table.rules,
      let definition = stages.first(where: { $0.load.live.canonicalName == table.canonicalName })?.load
        .definition
    else { return }
    throw FixtureError([
      FixtureFault(
        .unsupportedTable, file: definition.path, line: definition.line, field: "table", found: rules.found,
        expected: rules.fix)
    ])
  }

  private func isCascaded(_ name: String, in removal: RowRemoval) -> Bool {
    removal.tables.contains { $0.name == name && $0.isCascaded }
  }

  /// Adds rows of a table with another policy that reference rows to delete with ON DELETE CASCADE.
  private func addCascaded(_ leftOver: LeftOverRows, _ stage: TableStage, to removal: RowRemoval) async throws
  {
    let parents = removal.tables.flatMap { table in
      table.references.filter {
        $0.canonicalName == stage.load.live.canonicalName && $0.action == .cascade
      }.map { (table, $0) }
    }
    guard !parents.isEmpty else { return }
    let rows = try await leftOver.stage(in: context)
    var table = leftOver.table(rows)
    table.isCascaded = true
    try await removal.keepOnly(table, referencing: parents)
    try await removal.add(table)
  }

  /// The rows that would be deleted, for a plan.
  private func changes(_ removal: RowRemoval) async throws -> [Candidate] {
    guard context.recorder != nil else { return [] }
    var result: [Candidate] = []
    for table in removal.tables {
      let keys = try await context.session.query(
        "SELECT seed_key FROM \(table.rows) ORDER BY 1 LIMIT \(Int64(ChangeRecorder.rowLimit))")
      result += try keys.map { Candidate(table: table.name, key: try $0.decode(String.self)) }
    }
    return result
  }

  /// A row that is no longer in the files.
  private struct Candidate: Hashable {
    let table: String
    let key: String
  }

  /// Counts the rows that are no longer in the files and are kept because they were edited outside seed-runner.
  private func countEdited(_ leftOver: LeftOverRows) async throws -> RowCounts {
    let keys = try await context.session.query(
      PostgresQuery(
        unescaped:
          "SELECT owner.key \(leftOver.selection) AND owner.digest <> \(leftOver.liveDigest) ORDER BY 1")
    ).map { try $0.decode(String.self) }
    context.recorder?.add(
      keys.prefix(ChangeRecorder.rowLimit).map {
        RowChange(
          table: leftOver.name, key: $0, action: .keep, isDrift: true, file: nil, record: nil, columns: [])
      })
    return RowCounts(drifted: keys.count)
  }
}

extension String {
  /// Without the comma and blank that join a reason to its sentence.
  fileprivate var trimmed: String { String(drop { $0 == "," || $0 == " " }) }
}
