import Postgres

/// Where the records of a JSON or YAML file are, if it is not a list.
struct RecordList: Sendable, Hashable {
  /// The place of the list; nil for the whole file.
  let path: JSONPath?
  /// The field that receives the keys of an object whose values are the records; nil for an array.
  let keyField: String?
}

/// Parses a `.json` file whose records are at some place in it. The file is held in memory.
final class JSONDocumentParser: RecordParser {
  private let path: String
  private let records: ListedRecords
  private var bytes: [UInt8] = []

  init(path: String, records: ListedRecords) {
    self.path = path
    self.records = records
  }

  func feed(_ chunk: [UInt8]) throws {
    guard bytes.count + chunk.count <= RecordLimits.size else {
      throw FixtureError([
        FixtureFault(
          .malformedFile, file: path, found: "a file of more than \(RecordLimits.size) bytes",
          expected: "a smaller file, because 'path' and 'keyField' read it as a whole; or an array of objects"
        )
      ])
    }
    bytes += chunk
  }

  func finish() throws {
    let root = try JSONParser.parse(bytes, limits: RecordLimits.json)
    bytes = []
    try records.read(root)
  }
}

/// The records at some place in a file.
struct ListedRecords {
  let path: String
  let list: RecordList
  let faults: FaultCollector
  let onRecord: (JSONNode, FixturePlace) -> Void

  /// Finds the records in the root of a file.
  func read(_ root: JSONNode) throws {
    let node = try found(in: root)
    var record = 0
    func add(_ node: JSONNode, line: Int) throws {
      record += 1
      if record % RecordLimits.cancellationInterval == 0 { try Task.checkCancellation() }
      onRecord(node, FixturePlace(file: path, record: record, line: line))
    }
    switch (node.value, list.keyField) {
    case (.array(let elements), nil):
      for element in elements { try add(element, line: element.position.line) }
    case (.object(let members), let field?):
      for member in members {
        guard let whole = withKey(member, field: field, record: record + 1) else {
          record += 1
          continue
        }
        try add(whole, line: member.position.line)
      }
    case (_, let field):
      throw fault(
        node, found: node.foundDescription,
        expected: field == nil ? "a list: an array of objects" : "an object whose values are the records")
    }
  }

  private func found(in root: JSONNode) throws -> JSONNode {
    guard let place = list.path else { return root }
    switch place.find(in: root) {
    case .value(let node): return node
    case .missing:
      throw fault(root, found: "nothing at '\(place.text)'", expected: "the records, or another 'path'")
    case .dead(let node, let key):
      throw fault(node, found: node.foundDescription, expected: "an object with '\(key)', or another 'path'")
    }
  }

  /// The record of a member, with its key as a field.
  private func withKey(_ member: JSONMember, field: String, record: Int) -> JSONNode? {
    let place = FixturePlace(file: path, record: record, line: member.position.line)
    guard case .object(let fields) = member.value.value else {
      faults.add(place.fault(found: member.value.foundDescription, expected: "an object"))
      return nil
    }
    if fields.contains(where: { ExactName($0.key) == ExactName(field) }) {
      faults.add(
        place.fault(
          field: field, found: "a field that 'keyField' fills", expected: "another name for 'keyField'"))
      return nil
    }
    let key = JSONNode(position: member.position, value: .string(member.key))
    return JSONNode(
      position: member.value.position,
      value: .object([JSONMember(key: field, position: member.position, value: key)] + fields))
  }

  private func fault(_ node: JSONNode, found: String, expected: String) -> FixtureError {
    FixtureError([
      FixtureFault(
        .malformedFile, file: path, line: node.position.line, field: list.path?.text, found: found,
        expected: expected)
    ])
  }
}
