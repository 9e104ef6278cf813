import Postgres

/// Values of a call that replace generated ones.
package struct FactoryOverrides: Sendable {
  private let values: [String: (any Encodable & Sendable)?]

  /// Wraps values by column.
  package init(_ values: [String: (any Encodable & Sendable)?]) { self.values = values }

  /// The values as texts that the columns parse.
  ///
  /// - Throws: ``FixtureError`` with all faults: unknown and generated columns, values that cannot be encoded.
  func texts(for live: LiveTable, path: String) throws -> [String: FactoryTable.Given] {
    let faults = FaultCollector()
    func fault(_ name: String, _ found: String, _ expected: String) {
      faults.add(
        FixtureFault(.invalidColumnValue, file: path, field: name, found: found, expected: expected))
    }
    var texts: [String: FactoryTable.Given] = [:]
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let column = live[name] else {
        let near = Suggestion.nearest(to: name, in: live.columns.map(\.name.name)).first
        fault(name, "no column '\(name)' in \(live.name)", near.map { "'\($0)'" } ?? "a column of the table")
        continue
      }
      guard !column.isGenerated else {
        fault(name, "a value for the generated column '\(name)'", "another column")
        continue
      }
      do {
        let node = try Self.node(value)
        if node.isNull {
          texts[name] = .same(nil)
        } else if let text = JSONText.text(node, as: column.kind) {
          texts[name] = .same(Array(text.utf8))
        } else {
          fault(name, node.foundDescription, "a value of type \(column.type)")
        }
      } catch let EncodingError.invalidValue(value, context) {
        fault(name, "\(value), which cannot be encoded: \(context.debugDescription)", "another value")
      }
    }
    try faults.check()
    return texts
  }

  /// The JSON of a value, with dates and bytes in PostgreSQL's formats.
  private static func node(_ value: (any Encodable & Sendable)?) throws -> JSONNode {
    let text = try RowEncoder.json(Wrapped(value: value))
    let object = try JSONParser.parse(Array(text.utf8))
    guard case .object(let members) = object.value, let member = members.first else { return object }
    return member.value
  }

  /// An object with the value, because a row is one.
  private struct Wrapped: Encodable {
    let value: (any Encodable)?

    enum CodingKeys: CodingKey { case value }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      guard let value else { return try container.encodeNil(forKey: .value) }
      try container.encode(value, forKey: .value)
    }
  }
}
