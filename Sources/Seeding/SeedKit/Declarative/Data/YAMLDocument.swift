/// Reads a YAML file whose records are at some place in it. The file is held in memory.
final class YAMLDocument: RecordSource {
  private let source: any ByteStream
  private let path: String
  private let encodingSetting: String?
  private let records: ListedRecords

  init(_ source: any ByteStream, path: String, encodingSetting: String?, records: ListedRecords) {
    self.source = source
    self.path = path
    self.encodingSetting = encodingSetting
    self.records = records
  }

  func next() throws -> Bool {
    guard let bytes = try source.all(limit: RecordLimits.size) else {
      throw FixtureError([
        FixtureFault(
          .malformedFile, file: path, found: "a file of more than \(RecordLimits.size) bytes",
          expected: "a smaller file, because 'path' and 'keyField' read it as a whole; or a list of mappings")
      ])
    }
    var members: [JSONMember] = []
    var elements: [JSONNode] = []
    let file = YAMLFile(
      ByteSource(bytes: bytes), path: path, encodingSetting: encodingSetting,
      onMember: { member, _ in members.append(member) }, onRecord: { element, _ in elements.append(element) })
    while try file.next() { try Task.checkCancellation() }
    let start = SourcePosition(line: 1, column: 1)
    try records.read(
      JSONNode(position: start, value: members.isEmpty ? .array(elements) : .object(members)))
    return false
  }
}
