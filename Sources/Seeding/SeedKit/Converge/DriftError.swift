/// Rows that were edited outside seed-runner since they were written, under the policy that this is a failure.
public struct DriftError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The table.
  public let table: String
  /// The natural keys of the first few.
  public let keys: [String]
  /// How many there are.
  public let count: Int

  /// So many keys are listed.
  static let keyLimit = 5

  private var rows: String {
    let rest = count - keys.count
    return keys.map { "'\($0)'" }.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  /// What was found, and what to do.
  public var description: String {
    "\(table): \(count) row\(count == 1 ? " was" : "s were") edited by hand since written: \(rows). "
      + "Look at them with 'plan', then undo the edits, put them into the fixture, or set onDrift."
  }

  func description(for policy: DriftPolicy) -> String {
    let what =
      policy == .keep ? "kept as \(count == 1 ? "it is" : "they are")" : "written anew"
    return "\(table): \(count) row\(count == 1 ? "" : "s") edited by hand since written, \(what): \(rows)"
  }

  /// The rows of both, which are different ones.
  func adding(_ other: DriftError) -> DriftError {
    DriftError(
      table: table, keys: Array((keys + other.keys).sorted().prefix(Self.keyLimit)),
      count: count + other.count)
  }
}
