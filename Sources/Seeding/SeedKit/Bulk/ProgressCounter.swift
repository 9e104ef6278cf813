/// Counts the progress of several tasks and reports each step.
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

  /// The amount completed by this process.
  var completed: Int { own }

  /// Adds to the amount completed by this process.
  func add(_ count: Int) {
    own += count
    onStep(min(own + others, total), total)
  }

  /// Sets the amount that is left, so that the progress of other processes is included.
  func setOthers(open: Int) {
    others = max(0, total - open - own)
    onStep(min(own + others, total), total)
  }
}
