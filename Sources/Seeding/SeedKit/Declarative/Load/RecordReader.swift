import Postgres

/// Reads the files of a table and turns their records into rows of text.
struct RecordReader {
  let load: TableLoad
  let folder: DataFolder
  let faults: FaultCollector
  /// Whether the files are overlays of an environment. Their arrays replace those of the base files, even if empty.
  var isOverlay = false
  /// Whether numbers are text, to which the number format of a column applies.
  private(set) var readsNumbersAsText = false

  /// Reads one file.
  ///
  /// - Parameters:
  ///   - name: the file's name in the folder.
  ///   - number: the number that its rows get as `seed_file`.
  ///   - pause: called between parts of the file, to send the collected rows.
  /// - Returns: whether the file exists.
  /// - Throws: errors of `pause`; `CancellationError`. Faults of the file are collected.
  func read(_ name: String, number: Int, pause: () async throws -> Void) async throws -> Bool {
    do {
      if let records = load.definition.records {
        for record in records[name] ?? [] {
          add(record.node, to: load, place: record.place, file: number, parent: nil)
        }
        try await pause()
        return records[name] != nil
      }
      guard var file = try open(name, number: number) else { return false }
      while try file.next() {
        try Task.checkCancellation()
        try await pause()
      }
    } catch {
      try faults.add(error, of: folder.path(of: name))
    }
    return true
  }

  /// Reads the output of a command. As ``read(_:number:pause:)``.
  func read(
    _ command: RecordCommand, number: Int, pause: () async throws -> Void
  ) async throws {
    let definition = load.definition
    let path = "\(command)"
    do {
      var source: any ByteStream = try await command.run(in: folder, definition: definition.path)
      if let encoding = definition.encoding {
        source = try DecodedBytes(source, encoding: encoding, path: path)
      }
      guard let format = definition.format,
        var file = open(source, format: format, path: path, number: number)
      else { return }
      while try file.next() {
        try Task.checkCancellation()
        try await pause()
      }
    } catch {
      try faults.add(error, of: path)
    }
  }

  /// Reads one file without a database and discards its rows.
  ///
  /// - Returns: whether the file exists.
  /// - Throws: errors that are not faults of the file.
  func inspect(_ name: String) throws -> Bool {
    do {
      if let records = load.definition.records {
        for record in records[name] ?? [] {
          add(record.node, to: load, place: record.place, file: 0, parent: nil)
          for load in [load] + load.children.values { load.buffer = PostgresRowBuffer() }
        }
        return records[name] != nil
      }
      guard var file = try open(name, number: 0) else { return false }
      while try file.next() {
        try Task.checkCancellation()
        for load in [load] + load.children.values { load.buffer = PostgresRowBuffer() }
      }
    } catch {
      try faults.add(error, of: folder.path(of: name))
    }
    return true
  }

  /// Adds the records of a definition.
  ///
  /// - Parameters:
  ///   - path: the path of the definition.
  ///   - number: the number that the rows get as `seed_file`.
  func add(rows: [JSONNode], path: String, number: Int) {
    for (index, node) in rows.enumerated() {
      let place = FixturePlace(file: path, record: index + 1, line: node.position.line)
      add(node, to: load, place: place, file: number, parent: nil)
    }
  }

  private func listed(_ list: RecordList, _ path: String, _ number: Int) -> ListedRecords {
    ListedRecords(path: path, list: list, faults: faults) {
      add($0, to: load, place: $1, file: number, parent: nil)
    }
  }

  private func open(_ name: String, number: Int) throws -> (any RecordSource)? {
    guard let format = load.definition.format(of: name),
      let source = try folder.content(of: name, encoding: load.definition.encoding)
    else { return nil }
    return open(source, format: format, path: folder.path(of: name), number: number)
  }

  private func open(
    _ source: any ByteStream, format: DataFormat, path: String, number: Int
  ) -> (any RecordSource)? {
    let encodingSetting = DeclarativeSeeder.setting("\"encoding\": \"utf-16\"")
    let parser: any RecordParser
    switch format {
    case .json:
      if let list = load.definition.list {
        parser = JSONDocumentParser(path: path, records: listed(list, path, number))
      } else {
        parser = JSONArrayParser(path: path, alternative: "\"path\" with the place of the list") {
          add($0, to: load, place: $1, file: number, parent: nil)
        }
      }
    case .jsonLines:
      parser = JSONLinesParser(path: path, faults: faults) {
        add($0, to: load, place: $1, file: number, parent: nil)
      }
    case .csv, .tsv, .copy: parser = csvParser(path: path, file: number, format: format)
    // The records of models are in the definition.
    case .rails, .django: return nil
    case .yaml:
      var reader = self
      reader.readsNumbersAsText = true
      if let list = load.definition.list {
        return YAMLDocument(
          source, path: path, encodingSetting: encodingSetting,
          records: reader.listed(list, path, number))
      }
      return YAMLFile(
        source, path: path, encodingSetting: encodingSetting,
        alternative: "\"path\" with the place of the list, or \"keyField\" for the keys of the records"
      ) { [reader] in
        reader.add($0, to: reader.load, place: $1, file: number, parent: nil)
      }
    }
    return RecordFile(source, path: path, parser: parser, encodingSetting: encodingSetting)
  }
}
