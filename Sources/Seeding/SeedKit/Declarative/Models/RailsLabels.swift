/// The labels of the fixtures of Rails, by table.
struct RailsLabels {
  /// For each table, the labels, with the id of a record that has one.
  private var tables: [String: [String: JSONNode?]] = [:]

  init(_ tables: [(LiveTable, [ModelRecord])]) {
    for (live, records) in tables {
      let key = live.primaryKey.flatMap { $0.count == 1 ? $0[0] : nil }
      for record in records {
        guard let label = record.label else { continue }
        let id = record.fields.first { $0.key == key }?.value
        self.tables[live.canonicalName, default: [:]][label] = .some(id)
      }
    }
  }

  /// How a label in the record of another table is resolved.
  enum Target {
    /// The id of its record.
    case id(JSONNode)
    /// The id that Rails computes of it.
    case computed
    /// Its table has fixtures, but not this one. The nearest other label.
    case missing(nearest: String?)
  }

  /// - Parameter table: schema and name of the table; nil if it is unknown.
  func find(_ label: String, in table: String?) -> Target {
    guard let table, let labels = tables[table] else { return .computed }
    guard let id = labels[label] else {
      return .missing(nearest: Suggestion.nearest(to: label, in: labels.keys.sorted()).first)
    }
    return id.map(Target.id) ?? .computed
  }
}
