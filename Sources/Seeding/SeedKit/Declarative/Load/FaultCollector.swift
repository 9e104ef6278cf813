/// Collects faults up to a limit and counts the rest.
final class FaultCollector {
  /// The maximum number of faults that are kept.
  static let limit = 200

  private var faults: [FixtureFault] = []
  private var omitted = 0
  /// Faults that were added before, because several entries read the same file.
  private var repeated = 0
  /// Whether a query reached its limit, so that there may be more faults than were counted.
  private var isTotalUnknown = false

  var isEmpty: Bool { faults.isEmpty }
  var count: Int { faults.count + omitted + repeated }

  /// Whether further faults are only counted, so that their texts are not needed.
  var isFull: Bool { faults.count >= Self.limit }

  /// Whether all faults after the first ones satisfy a condition. False if some were only counted.
  func allSatisfy(after first: Int, _ condition: (FixtureFault) -> Bool) -> Bool {
    omitted == 0 && faults.dropFirst(first).allSatisfy(condition)
  }

  func add(_ fault: @autoclosure () -> FixtureFault) {
    guard !isFull else {
      omitted += 1
      return
    }
    let fault = fault()
    if faults.contains(fault) { repeated += 1 } else { faults.append(fault) }
  }

  func add(_ error: FixtureError) { for fault in error.faults { add(fault) } }

  /// Adds the faults of an error thrown while reading a file.
  ///
  /// - Throws: errors that are not faults of the file.
  func add(_ error: any Error, of path: String) throws {
    switch error {
    case let error as FixtureError: add(error)
    case let error as JSONParseError: add(FixtureError(error, file: path))
    case let error as RegularFile.Failure:
      add(FixtureFault(.unreadableFile, file: path, found: error.found, expected: error.expected))
    default: throw error
    }
  }

  /// Takes the number of faults that a query with ``limit`` rows found.
  func noteRows(_ count: Int) { if count >= Self.limit { isTotalUnknown = true } }

  /// Throws the collected faults, if any.
  func check() throws {
    guard !faults.isEmpty else { return }
    throw FixtureError(faults, total: count - repeated, isTotalKnown: !isTotalUnknown)
  }
}
