/// A condition that a test waited for did not become true.
package struct NeverHappened: Error, CustomStringConvertible {
  /// The condition.
  package let description: String
}

/// Waits until a condition is true.
///
/// - Throws: ``NeverHappened`` after 30 seconds; the error of `condition`.
package func eventually(
  _ description: String = "the condition never held", _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + .seconds(30)
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw NeverHappened(description: description) }
    try await Task.sleep(for: .milliseconds(5))
  }
}
