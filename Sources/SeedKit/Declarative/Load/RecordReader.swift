/// Reads the files of a table and turns their records into rows of text.
struct RecordReader {
  let load: TableLoad
  let folder: DataFolder
  let faults: FaultCollector
  /// Whether the files belong to an environment, whose lists replace those of all, also if they are empty.
  var isOverlay = false
  /// Sends the rows that wait, when there are enough of them or at the end.
  let flush: (_ isEnd: Bool) async throws -> Void

  /// Reads one file.
  ///
  /// - Parameters:
  ///   - name: its name in the folder.
  ///   - number: by which its rows remember it.
  /// - Returns: whether there is such a file.
  /// - Throws: what `flush` throws. Faults of the file are collected.
  func read(_ name: String, number: Int) async throws -> Bool {
    let path = folder.path(of: name)
    do {
      guard let source = try folder.open(name), let format = DataFormat(fileName: name) else { return false }
      switch format {
      case .json: try await readJSON(source, path: path, file: number)
      case .jsonLines: try await readLines(source, path: path, file: number)
      case .csv: try await readCSV(source, path: path, file: number)
      }
    } catch let error as FixtureError {
      faults.add(error)
    } catch let error as RegularFile.Failure {
      faults.add(FixtureFault(file: path, found: error.found, expected: error.expected))
    } catch let error as CSVParser.Failure {
      faults.add(FixtureFault(file: path, line: error.line, found: error.found, expected: error.expected))
    }
    return true
  }

  private func readJSON(_ source: ByteSource, path: String, file: Int) async throws {
    let bytes = try source.rest(limit: FixtureFolder.totalSizeLimit)
    let root = try parse(Self.withoutMark(bytes), path: path, line: 1)
    guard case .array(let elements) = root.value else {
      throw FixtureError([
        FixtureFault(
          file: path, line: root.position.line, found: root.foundDescription, expected: "a list of objects")
      ])
    }
    for (index, element) in elements.enumerated() {
      let place = FixturePlace(file: path, record: index + 1, line: element.position.line)
      add(element, to: load, place: place, file: file, parent: nil)
      if index % 1_000 == 999 { try await flush(false) }
    }
  }

  private func readLines(_ source: ByteSource, path: String, file: Int) async throws {
    var line = 0
    var record = 0
    var pending: [UInt8] = []
    func end(_ bytes: [UInt8]) {
      line += 1
      let bytes = line == 1 ? Self.withoutMark(bytes) : bytes
      guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return }
      record += 1
      do {
        let node = try parse(bytes, path: path, line: line)
        add(
          node, to: load, place: FixturePlace(file: path, record: record, line: line), file: file, parent: nil
        )
      } catch {
        faults.add(error)
      }
    }
    while let chunk = try source.next() {
      var start = chunk.startIndex
      while let lineEnd = chunk[start...].firstIndex(of: 0x0A) {
        end(pending + chunk[start..<lineEnd])
        pending.removeAll(keepingCapacity: true)
        start = lineEnd + 1
      }
      pending += chunk[start...]
      guard pending.count <= CSVParser.recordSizeLimit else {
        throw FixtureError([
          FixtureFault(
            file: path, line: line + 1, found: "a line of more than \(CSVParser.recordSizeLimit) bytes",
            expected: "an object on each line")
        ])
      }
      try await flush(false)
    }
    if !pending.isEmpty { end(pending) }
  }

  private func parse(_ bytes: [UInt8], path: String, line: Int) throws(FixtureError) -> JSONNode {
    do {
      return try JSONParser.parse(bytes, firstLine: line)
    } catch {
      guard let error = error as? JSONParseError else {
        throw FixtureError([FixtureFault(file: path, line: line, found: "\(error)", expected: "JSON")])
      }
      throw FixtureError([
        FixtureFault(
          file: path, line: error.position.line, found: error.found,
          expected: error.expected + (error.remedy.map { "; \($0)" } ?? ""))
      ])
    }
  }

  static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }
}
