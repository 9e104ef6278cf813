/// Counts the records of a file without a database, and finds what no parser would take.
enum RecordCount {
  /// - Returns: nil if there is no such file.
  /// - Throws: nothing; faults are collected.
  static func of(
    _ name: String, in folder: DataFolder, format csv: CSVFormat, faults: FaultCollector
  ) throws -> Int? {
    let path = folder.path(of: name)
    do {
      guard let source = try folder.open(name), let format = DataFormat(fileName: name) else { return nil }
      switch format {
      case .json:
        let bytes = try source.rest(limit: FixtureFolder.totalSizeLimit)
        let root = try JSONParser.parse(RecordReader.withoutMark(bytes))
        guard case .array(let elements) = root.value else {
          faults.add(
            FixtureFault(
              file: path, line: root.position.line, found: root.foundDescription,
              expected: "a list of objects"))
          return 0
        }
        return elements.count
      case .jsonLines:
        var count = 0
        var isBlank = true
        while let chunk = try source.next() {
          for byte in chunk {
            if byte == 0x0A {
              if !isBlank { count += 1 }
              isBlank = true
            } else if byte != 0x20, byte != 0x0D, byte != 0x09 {
              isBlank = false
            }
          }
        }
        return count + (isBlank ? 0 : 1)
      case .csv:
        var parser = CSVParser(delimiter: csv.delimiter)
        var count = -1
        while let chunk = try source.next() { try parser.feed(chunk) { _ in count += 1 } }
        try parser.finish { _ in count += 1 }
        return max(0, count)
      }
    } catch let error as FixtureError {
      faults.add(error)
    } catch let error as RegularFile.Failure {
      faults.add(FixtureFault(file: path, found: error.found, expected: error.expected))
    } catch let error as CSVParser.Failure {
      faults.add(FixtureFault(file: path, line: error.line, found: error.found, expected: error.expected))
    } catch let error as JSONParseError {
      faults.add(
        FixtureFault(file: path, line: error.position.line, found: error.found, expected: error.expected))
    }
    return 0
  }
}
