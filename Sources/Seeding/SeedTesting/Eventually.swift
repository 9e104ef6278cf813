/// A condition that a test waited for did not come true.
package struct NeverHappened: Error, CustomStringConvertible {
  /// What was waited for.
  package let description: String
}

/// Waits until a condition holds.
///
/// - Throws: ``NeverHappened`` after half a minute; what `condition` throws.
package func eventually(
  _ description: String = "the condition never held", _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + .seconds(30)
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw NeverHappened(description: description) }
    try await Task.sleep(for: .milliseconds(5))
  }
}
