/// Counts what several tasks complete, and tells of each step.
actor ProgressCounter {
  private var own = 0
  private var others = 0
  private let total: Int
  private let onStep: @Sendable (_ completed: Int, _ total: Int) -> Void

  init(total: Int, onStep: @escaping @Sendable (_ completed: Int, _ total: Int) -> Void) {
    self.total = total
    self.onStep = onStep
    onStep(0, total)
  }

  /// What the own tasks have completed.
  var completed: Int { own }

  /// Adds to what the own tasks have completed.
  func add(_ count: Int) {
    own += count
    onStep(min(own + others, total), total)
  }

  /// Tells how much of the whole is still open, so that what others did is counted too.
  func setOthers(open: Int) {
    others = max(0, total - open - own)
    onStep(min(own + others, total), total)
  }
}
