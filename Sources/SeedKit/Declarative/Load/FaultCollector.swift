/// Collects faults, up to a number beyond which nobody reads on.
final class FaultCollector {
  /// More are counted, not kept.
  static let limit = 200

  private var faults: [FixtureFault] = []
  private var omitted = 0

  var isEmpty: Bool { faults.isEmpty }
  var count: Int { faults.count + omitted }
  /// Whether reading on would only count.
  var isFull: Bool { faults.count >= Self.limit }

  func add(_ fault: FixtureFault) {
    if isFull { omitted += 1 } else { faults.append(fault) }
  }

  func add(_ error: FixtureError) { error.faults.forEach(add) }

  /// Throws what was collected, if anything was.
  func check() throws {
    guard let last = faults.last else { return }
    var all = faults
    if omitted > 0 {
      all.append(
        FixtureFault(
          file: last.file, found: "\(omitted) further faults", expected: "the ones above corrected first"))
    }
    throw FixtureError(all)
  }
}
