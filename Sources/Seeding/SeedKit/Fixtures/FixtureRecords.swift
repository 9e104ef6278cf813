/// Reads fixtures that are JSON arrays of objects, and reports all their faults together.
public enum FixtureRecords {
  /// Reads each record of a file.
  ///
  /// - Parameters:
  ///   - file: the fixture.
  ///   - naturalKey: the key of a record. A duplicate key is a fault.
  ///   - read: reads one record. Its result is ignored if any field has a fault.
  /// - Returns: the results of `read`, in the order of the file.
  /// - Throws: ``FixtureError`` with every fault of the file.
  public static func read<Record>(
    _ file: FixtureFile, naturalKey: (Record) -> String, _ read: (JSONObjectReader, FixturePlace) -> Record?
  ) throws -> [Record] {
    try self.read([file], naturalKey: naturalKey, read)
  }

  /// Reads the records of several files that form one set.
  ///
  /// - Parameters:
  ///   - files: the fixtures.
  ///   - naturalKey: the key of a record in the set. A duplicate key is a fault.
  ///   - read: reads one record. Its result is ignored if any field has a fault.
  /// - Returns: the results of `read`, in the order of the files.
  /// - Throws: ``FixtureError`` with every fault of every file.
  public static func read<Record>(
    _ files: [FixtureFile], naturalKey: (Record) -> String,
    _ read: (JSONObjectReader, FixturePlace) -> Record?
  ) throws -> [Record] {
    var faults: [FixtureFault] = []
    var records: [Record] = []
    var placeOfKey: [String: FixturePlace] = [:]
    for file in files {
      do {
        for (index, element) in try elements(of: file).enumerated() {
          let found = JSONFaults()
          let reader = JSONObjectReader(element, faults: found)
          let place = FixturePlace(file: file.path, record: index + 1, line: element.position.line)
          let record = reader.flatMap { read($0, place) }
          reader?.finish()
          faults += found.list.map { FixtureFault($0, file: file.path, record: place.record) }
          guard let record, found.list.isEmpty else { continue }
          let key = naturalKey(record)
          if let first = placeOfKey[key] { faults.append(place.duplicate(of: first, key: key)) }
          placeOfKey[key] = placeOfKey[key] ?? place
          records.append(record)
        }
      } catch let error as FixtureError {
        faults += error.faults
      }
    }
    guard faults.isEmpty else { throw FixtureError(faults) }
    return records
  }

  private static func elements(of file: FixtureFile) throws -> [JSONNode] {
    let root: JSONNode
    do {
      root = try JSONParser.parse(file.bytes, dialect: .json)
    } catch let error as JSONParseError {
      throw FixtureError(error, file: file.path)
    }
    guard case .array(let elements) = root.value else {
      throw FixtureError([
        FixtureFault(
          file: file.path, line: root.position.line, found: root.foundDescription,
          expected: "an array of records")
      ])
    }
    return elements
  }
}
