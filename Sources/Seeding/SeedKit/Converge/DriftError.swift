/// Rows that were edited or deleted outside seed-runner since they were written.
public struct DriftError: FixableError, Hashable, Sendable, CustomStringConvertible {
  /// The table.
  public let table: String
  /// The rows with different values.
  let edited: Rows
  /// The rows that no longer exist.
  let deleted: Rows

  /// A number of rows, with examples.
  struct Rows: Hashable, Sendable {
    /// The natural keys of the first few.
    let keys: [String]
    let count: Int

    /// `1 row was edited`
    func past(_ verb: String) -> String { "\(count) row\(count == 1 ? " was" : "s were") \(verb)" }

    func text(_ verb: String) -> String { "\(count) row\(count == 1 ? "" : "s") \(verb)" }

    var list: String {
      let rest = count - keys.count
      return keys.map { "'\($0)'" }.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    func adding(_ other: Rows) -> Rows {
      Rows(
        keys: Array((keys + other.keys).sorted().prefix(DriftError.keyLimit)), count: count + other.count)
    }
  }

  /// The natural keys of the first few.
  public var keys: [String] { edited.keys + deleted.keys }
  /// The number of rows.
  public var count: Int { edited.count + deleted.count }

  /// The number of keys that are listed for each kind.
  static let keyLimit = 5

  /// The rows and how to proceed.
  public var description: String { text }

  package var problem: String {
    let parts = [(edited, "edited"), (deleted, "deleted")].filter { $0.0.count > 0 }
      .map { "\($0.0.past($0.1)) outside seed-runner: \($0.0.list)" }
    return "\(table): \(parts.joined(separator: "; "))"
  }

  package var fix: String? {
    "inspect the rows with 'seed-runner plan', then revert the edits, add them to the fixture, or set onDrift"
  }

  func description(for policy: DriftPolicy) -> String {
    var parts: [String] = []
    if edited.count > 0 {
      let what = policy == .keep ? "kept" : "overwritten"
      parts.append("\(edited.text("edited outside seed-runner")), \(what): \(edited.list)")
    }
    if deleted.count > 0 {
      let what = policy == .keep ? "not reinserted" : "reinserted"
      parts.append("\(deleted.text("deleted outside seed-runner")), \(what): \(deleted.list)")
    }
    return "\(table): \(parts.joined(separator: "; "))"
  }

  /// Adds up two errors for different rows of the same table.
  func adding(_ other: DriftError) -> DriftError {
    DriftError(
      table: table, edited: edited.adding(other.edited), deleted: deleted.adding(other.deleted))
  }
}
