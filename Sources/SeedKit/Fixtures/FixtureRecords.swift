/// Reads a fixture that is a JSON array of objects, and collects all its faults before it gives up.
public enum FixtureRecords {
  /// Reads each record.
  ///
  /// - Parameters:
  ///   - file: the fixture.
  ///   - naturalKey: the fields that together name a record; two records of the same name are a fault.
  ///   - read: reads one record. What it returns counts only if no field was faulty.
  /// - Returns: what `read` returned, in the file's order.
  /// - Throws: ``FixtureError`` with every fault of the file.
  public static func read<Record>(
    _ file: FixtureFile, naturalKey: (Record) -> String, _ read: (inout FixtureRecord) -> Record
  ) throws -> [Record] {
    let root: JSONNode
    do {
      root = try JSONParser.parse(file.bytes, dialect: .json)
    } catch let error as JSONParseError {
      throw FixtureError([
        FixtureFault(
          file: file.path, line: error.position.line, found: error.found,
          expected: error.expected + (error.remedy.map { "; \($0)" } ?? ""))
      ])
    }
    guard case .array(let elements) = root.value else {
      throw FixtureError([
        FixtureFault(
          file: file.path, line: root.position.line, found: root.foundDescription,
          expected: "an array of records")
      ])
    }
    var faults: [FixtureFault] = []
    var records: [Record] = []
    var firstOfKey: [String: Int] = [:]
    for (index, element) in elements.enumerated() {
      var reader = FixtureRecord(file: file.path, number: index + 1, node: element)
      let record = read(&reader)
      reader.finish()
      guard reader.faults.isEmpty else {
        faults += reader.faults
        continue
      }
      let key = naturalKey(record)
      if let first = firstOfKey[key] {
        reader.fault(
          element, field: nil, found: "'\(key)' again", expected: "a name that record \(first) has not")
        faults += reader.faults
      }
      firstOfKey[key] = firstOfKey[key] ?? index + 1
      records.append(record)
    }
    guard faults.isEmpty else { throw FixtureError(faults) }
    return records
  }
}
