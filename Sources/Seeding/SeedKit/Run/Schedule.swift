/// Which seeders of a plan may start, and which are to be skipped, as their predecessors end.
///
/// Each end takes time in proportion to the seeders that wait for it.
struct Schedule {
  private(set) var reports: [SeederID: SeederReport] = [:]
  private let steps: [SeedPlan.Step]
  private let places: [SeederID: Int]
  /// For each step the steps that depend on it, and those that only follow it.
  private var dependents: [[Int]]
  private var followers: [[Int]]
  /// How many of the steps before it each one waits for.
  private var open: [Int]
  /// Steps that were started or skipped, or are done.
  private var isTaken: [Bool]
  private var ready: PlaceQueue
  private var doomed = PlaceQueue()

  init(_ plan: SeedPlan) {
    steps = plan.steps
    let steps = plan.steps
    let places = Dictionary(
      steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.places = places
    dependents = Array(repeating: [], count: steps.count)
    followers = dependents
    open = Array(repeating: 0, count: steps.count)
    isTaken = Array(repeating: false, count: steps.count)
    ready = PlaceQueue()
    for (place, step) in steps.enumerated() {
      let dependencies = Set(step.seeder.dependencies.compactMap { places[$0] })
      let followed = Set(step.runsAfter.compactMap { places[$0] }).subtracting(dependencies)
      for other in dependencies { dependents[other].append(place) }
      for other in followed { followers[other].append(place) }
      open[place] = dependencies.count + followed.count
      if open[place] == 0 { ready.insert(place) }
    }
  }

  /// Remembers how a seeder ended.
  ///
  /// - Returns: the seeders that need to wait for no other any more.
  mutating func finish(_ report: SeederReport) -> [SeederID] {
    reports[report.id] = report
    guard let place = places[report.id] else { return [] }
    isTaken[place] = true
    if !report.isUsable {
      for dependent in dependents[place] where !isTaken[dependent] { doomed.insert(dependent) }
    }
    var freed: [SeederID] = []
    for next in dependents[place] + followers[place] {
      open[next] -= 1
      guard open[next] == 0, !isTaken[next] else { continue }
      ready.insert(next)
      freed.append(steps[next].id)
    }
    return freed
  }

  /// The first seeder of the plan that waits for one without which it cannot run, and that one.
  mutating func nextToSkip() -> (seeder: RegisteredSeeder, cause: SeederReport)? {
    while let place = doomed.popFirst() {
      guard !isTaken[place] else { continue }
      isTaken[place] = true
      let seeder = steps[place].seeder
      let ended = seeder.dependencies.compactMap { reports[$0] }
      guard let cause = ended.first(where: { !$0.isUsable }) else { continue }
      return (seeder, cause)
    }
    return nil
  }

  /// The first seeder of the plan that may start.
  mutating func nextToStart() -> RegisteredSeeder? {
    while let place = ready.popFirst() {
      guard !isTaken[place] else { continue }
      isTaken[place] = true
      return steps[place].seeder
    }
    return nil
  }
}

/// Places in a plan, lowest first: a binary heap.
private struct PlaceQueue {
  private var heap: [Int] = []

  mutating func insert(_ place: Int) {
    heap.append(place)
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> Int? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
      guard let child = children.min(by: { heap[$0] < heap[$1] }), heap[child] < heap[parent] else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return first
  }
}

extension SeederReport {
  /// Whether others can build on its rows.
  fileprivate var isUsable: Bool { outcome == .seeded || outcome == .unchanged }
}
