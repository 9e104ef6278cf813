/// Collects faults, up to a number beyond which nobody reads on.
final class FaultCollector {
  /// More are counted, not kept.
  static let limit = 200

  private var faults: [FixtureFault] = []
  private var omitted = 0
  /// Whether a query was cut off at the limit, so that there may be more than were counted.
  private var isTotalUnknown = false

  var isEmpty: Bool { faults.isEmpty }
  var count: Int { faults.count + omitted }

  /// Whether more faults are only counted: their words need not be found.
  var isFull: Bool { faults.count >= Self.limit }

  func add(_ fault: @autoclosure () -> FixtureFault) {
    if isFull { omitted += 1 } else { faults.append(fault()) }
  }

  func add(_ error: FixtureError) { for fault in error.faults { add(fault) } }

  /// Adds what reading a file threw.
  ///
  /// - Throws: errors that are no faults of the file.
  func add(_ error: any Error, of path: String) throws {
    switch error {
    case let error as FixtureError: add(error)
    case let error as JSONParseError: add(FixtureError(error, file: path))
    case let error as RegularFile.Failure:
      add(FixtureFault(.unreadableFile, file: path, found: error.found, expected: error.expected))
    default: throw error
    }
  }

  /// Notes how many faults a query with ``limit`` rows at most has found.
  func noteRows(_ count: Int) { if count >= Self.limit { isTotalUnknown = true } }

  /// Throws what was collected, if anything was.
  func check() throws {
    guard !faults.isEmpty else { return }
    throw FixtureError(faults, total: count, isTotalKnown: !isTotalUnknown)
  }
}
