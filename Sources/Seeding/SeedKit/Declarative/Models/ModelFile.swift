/// A record of a fixture file.
struct ModelRecord {
  let model: String
  /// The name of the record in Rails.
  var label: String?
  /// The primary key in Django; nil if it is missing or null.
  var primaryKey: JSONNode?
  var fields: [JSONMember]
  /// Where the record starts.
  let position: SourcePosition
  let place: FixturePlace
}

/// Reads fixture files. They are held in memory.
struct ModelFile {
  let folder: DataFolder
  let faults: FaultCollector

  /// The records of a file of Rails, without those that it marks as ignored.
  ///
  /// - Parameter isMapped: whether the definition names the model's table.
  /// - Returns: nil if the file does not exist.
  /// - Throws: errors that are not faults of the file.
  func rails(_ file: String, model: String, encoding: String?, isMapped: Bool) throws -> [ModelRecord]? {
    guard let bytes = try bytes(of: file, encoding) else { return nil }
    let path = folder.path(of: file)
    guard !refusesTemplate(bytes, path) else { return [] }
    var records: [ModelRecord] = []
    var ignored: Set<String> = ["DEFAULTS"]
    func add(_ label: String?, _ node: JSONNode, _ place: FixturePlace) {
      guard case .object(let fields) = node.value else {
        faults.add(place.fault(field: label, found: node.foundDescription, expected: "a mapping"))
        return
      }
      records.append(
        ModelRecord(model: model, label: label, fields: fields, position: node.position, place: place))
    }
    let yaml = YAMLFile(
      ByteSource(bytes: bytes), path: path,
      onMember: { member, place in
        guard member.key == "_fixture" else { return add(member.key, member.value, place) }
        ignored.formUnion(settings(member, place, of: model, isMapped: isMapped))
      },
      onRecord: { node, place in
        // As in testfixtures of Go, which runs strings that begin with RAW= as SQL.
        guard case .object(let fields) = node.value else { return add(nil, node, place) }
        for field in fields {
          guard case .string(let text) = field.value.value, text.hasPrefix("RAW=") else { continue }
          faults.add(place.fault(field: field.key, found: "SQL", expected: "a value"))
        }
        add(nil, node, place)
      })
    try collect(path) { while try yaml.next() { try Task.checkCancellation() } }
    return records.filter { $0.label.map(ignored.contains) != true }
  }

  /// The records of a file of Django; nil if it does not exist.
  ///
  /// - Throws: errors that are not faults of the file.
  func django(_ file: String, encoding: String?) throws -> [ModelRecord]? {
    guard let bytes = try bytes(of: file, encoding) else { return nil }
    let path = folder.path(of: file)
    let source = ByteSource(bytes: bytes)
    var records: [ModelRecord] = []
    func add(_ node: JSONNode, _ place: FixturePlace) {
      if let record = djangoRecord(node, place) { records.append(record) }
    }
    var reader: any RecordSource =
      switch DataFormat(fileName: file) {
      case .yaml: YAMLFile(source, path: path, onRecord: add)
      case .jsonLines:
        RecordFile(source, path: path, parser: JSONLinesParser(path: path, faults: faults, onRecord: add))
      default: RecordFile(source, path: path, parser: JSONArrayParser(path: path, onRecord: add))
      }
    try collect(path) { while try reader.next() { try Task.checkCancellation() } }
    return records
  }

  /// `auth.user` for `auth.User`; nil for another text.
  static func djangoName(_ text: String) -> String? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts.contains("") else { return nil }
    return "\(parts[0]).\(parts[1].lowercased())"
  }

  private func djangoRecord(_ node: JSONNode, _ place: FixturePlace) -> ModelRecord? {
    guard case .object(let members) = node.value else {
      faults.add(
        place.fault(found: node.foundDescription, expected: "an object with 'model', 'pk' and 'fields'"))
      return nil
    }
    func value(_ key: String) -> JSONNode? { members.first { $0.key == key }?.value }
    for member in members where !["model", "pk", "fields"].contains(member.key) {
      faults.add(
        place.fault(field: member.key, found: "an unknown key", expected: "'model', 'pk' or 'fields'"))
    }
    guard case .string(let text)? = value("model")?.value, let model = Self.djangoName(text) else {
      let found = value("model").map {
        JSONText.text($0, as: .plain).map { "'\($0)'" } ?? $0.foundDescription
      }
      faults.add(place.fault(field: "model", found: found ?? "nothing", expected: "app.model"))
      return nil
    }
    guard case .object(let fields)? = value("fields")?.value else {
      faults.add(
        place.fault(
          field: "fields", found: value("fields")?.foundDescription ?? "nothing", expected: "an object"))
      return nil
    }
    let primaryKey = value("pk").flatMap { $0.isNull ? nil : $0 }
    return ModelRecord(
      model: model, primaryKey: primaryKey, fields: fields, position: node.position, place: place)
  }

  /// Reads the entry `_fixture` and returns the labels that it ignores.
  private func settings(
    _ member: JSONMember, _ place: FixturePlace, of model: String, isMapped: Bool
  ) -> [String] {
    guard case .object(let settings) = member.value.value else {
      faults.add(place.fault(field: member.key, found: member.value.foundDescription, expected: "a mapping"))
      return []
    }
    var labels: [String] = []
    for setting in settings {
      switch (setting.key, setting.value.value) {
      case ("ignore", .string(let label)): labels = [label]
      case ("ignore", .array(let elements)): labels = elements.compactMap { JSONText.text($0, as: .plain) }
      case (_, .null): break
      case ("model_class", _):
        guard !isMapped else { break }
        let name = JSONText.text(setting.value, as: .plain) ?? ""
        faults.add(
          place.fault(
            field: "model_class", found: "the class '\(name)', whose table is unknown",
            expected: "\"models\": {\"\(model)\": {\"table\": …}} in \(DeclarativeSeeder.fileName)"))
      default:
        faults.add(
          place.fault(field: setting.key, found: "an unknown setting", expected: "'ignore' or 'model_class'"))
      }
    }
    return labels
  }

  /// Adds a fault for each ERB tag.
  private func refusesTemplate(_ bytes: [UInt8], _ path: String) -> Bool {
    let before = faults.count
    var line = 1
    for (byte, next) in zip(bytes, bytes.dropFirst()) {
      if byte == UInt8(ascii: "<"), next == UInt8(ascii: "%") {
        faults.add(
          FixtureFault(
            .malformedFile, file: path, line: line, found: "ERB (<%), which only Ruby can run",
            expected: "plain YAML: the value itself, or the file as Rails renders it"))
      }
      if byte == UInt8(ascii: "\n") { line += 1 }
    }
    return faults.count > before
  }

  private func bytes(of file: String, _ encoding: String?) throws -> [UInt8]? {
    var bytes: [UInt8]?
    try collect(folder.path(of: file)) {
      guard let source = try folder.content(of: file, encoding: encoding) else { return }
      bytes = []
      bytes = try source.all(limit: RecordLimits.size)
      guard bytes == nil else { return }
      throw folder.fault(
        file, found: "a file of more than \(RecordLimits.size) bytes",
        expected: "smaller files, because fixtures are read as a whole")
    }
    return bytes
  }

  private func collect(_ path: String, _ body: () throws -> Void) throws {
    do { try body() } catch { try faults.add(error, of: path) }
  }
}
