import Postgres

/// In which order tables are written, and what becomes of references to rows that come later.
struct WriteOrder {
  struct Step {
    let stage: TableStage
    /// Columns that a first pass leaves empty and a second one fills.
    var left: Set<String> = []
    /// Columns whose references are looked up among the rows that are yet to be written, too.
    var ahead: [String: [TableStage]] = [:]
    /// Columns for which the rows to be written take their defaults, such as numbers, beforehand.
    var numbered: [(stage: TableStage, column: LiveTable.Column)] = []
  }

  private(set) var steps: [Step] = []

  init(_ stages: [TableStage]) {
    var remaining = stages
    /// The tables yet to be written to which a reference leads.
    func targets(_ reference: TableLoad.Reference, of stage: TableStage) -> [TableStage] {
      remaining.filter { other in
        guard other.load.live.canonicalName == reference.table.canonicalName else { return false }
        // A statement may refer to its own rows, if it knows the value without a look at them.
        return other !== stage || !reference.isInRecord
      }
    }
    func open(_ stage: TableStage) -> [TableLoad.Reference] {
      stage.presentReferences.filter { !targets($0, of: stage).isEmpty }
    }
    while !remaining.isEmpty {
      if let index = remaining.firstIndex(where: { open($0).isEmpty }) {
        steps.append(Step(stage: remaining.remove(at: index)))
        continue
      }
      // A circle: begin where every open reference may be empty for a moment; else where the record
      // has the values of the others, which a deferrable constraint lets in.
      let index =
        remaining.firstIndex { open($0).allSatisfy { !$0.column.isNotNull } }
        ?? remaining.firstIndex { open($0).allSatisfy { !$0.column.isNotNull || $0.isInRecord } } ?? 0
      let stage = remaining[index]
      var step = Step(stage: stage)
      for reference in open(stage) {
        if !reference.column.isNotNull {
          step.left.insert(reference.column.name.name)
        } else if !reference.isInRecord {
          let targets = targets(reference, of: stage).filter { $0.hasSlots(for: reference.rule.key) }
          step.ahead[reference.column.name.name] = targets
          step.numbered += targets.map { ($0, reference.target) }
        }
      }
      remaining.remove(at: index)
      steps.append(step)
    }
  }
}
