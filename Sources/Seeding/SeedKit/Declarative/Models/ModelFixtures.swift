/// Fixtures of a web framework. Their files say which models the records belong to, and so which tables.
struct ModelFixtures: Sendable {
  enum Framework: String, Sendable {
    case rails, django

    /// Whether files of a format can be read.
    func reads(_ format: DataFormat?) -> Bool {
      switch self {
      case .rails: format == .yaml
      case .django: [.json, .jsonLines, .yaml].contains(format)
      }
    }

    /// For error messages.
    var endings: String {
      switch self {
      case .rails: ".yml or .yaml"
      case .django: ".json, .jsonl, .ndjson, .yaml or .yml"
      }
    }
  }

  /// One model and what the definition says about all of them.
  struct Model: Sendable {
    let framework: Framework
    /// `admin/users` in Rails, `blog.post` in Django.
    let name: String
    let fixtures: ModelFixtures
  }

  /// A table that models without an entry under `models` have.
  private enum Default {
    static let djangoTables = [
      "contenttypes.contenttype": "django_content_type", "sites.site": "django_site",
      "sessions.session": "django_session", "admin.logentry": "django_admin_log",
      "flatpages.flatpage": "django_flatpage", "redirects.redirect": "django_redirect",
    ]
    /// The natural keys that Django's own models define.
    static let djangoKeys = [
      "auth_user": ["username"], "auth_group": ["name"], "auth_permission": ["codename", "content_type_id"],
      "django_content_type": ["app_label", "model"], "django_site": ["domain"],
    ]
  }

  let framework: Framework
  /// The number of leading folders that are not part of a model's name in Rails.
  var folders = 0
  /// What the definition says about single models, by their names.
  var models: [String: TableDefinition] = [:]

  /// The name of the model whose records are in a file of Rails: its path below the folder `fixtures`, or below the
  /// folder that all files have in common.
  func railsName(of file: String) -> String {
    let parts = DataFormat.stem(of: file).split(separator: "/")
    let root = parts.dropLast().lastIndex(of: "fixtures").map { $0 + 1 } ?? folders
    return parts.dropFirst(root).joined(separator: "/")
  }

  /// The table of a model.
  func table(of model: String) -> TableName {
    if let declared = models[model]?.table, declared != .unnamed { return declared }
    let name =
      switch framework {
      case .rails: model.replacing("/", with: "_")
      case .django: Default.djangoTables[model] ?? model.replacing(".", with: "_")
      }
    return TableName(schema: nil, name: name)
  }

  /// The columns of a table's natural key in Django; nil if it is unknown.
  func naturalKey(of table: LiveTable) -> [String]? {
    let name = String(table.canonicalName.drop { $0 != "." }.dropFirst())
    let declared = models.sorted { $0.key < $1.key }.first { model, definition in
      !definition.key.isEmpty && self.table(of: model).name == name
    }
    return declared?.value.key ?? Default.djangoKeys[name]
  }
}

extension TableName {
  /// Stands for the table of an entry that does not name one.
  static let unnamed = TableName(schema: nil, name: "")
}

extension DataFormat {
  /// The framework whose fixtures it is.
  var framework: ModelFixtures.Framework? { ModelFixtures.Framework(rawValue: rawValue) }
}

/// A record with its place in a file.
struct SourceRecord: Sendable {
  let node: JSONNode
  let place: FixturePlace
}

extension SeederDefinition {
  /// The same definition with an entry for each model instead of those for fixtures.
  ///
  /// - Throws: ``FixtureError`` for files that do not say their models.
  func withModels(in folder: DataFolder) throws -> SeederDefinition {
    guard tables.contains(where: { $0.models != nil }) else { return self }
    let faults = FaultCollector()
    var definition = self
    definition.tables = try tables.flatMap { entry -> [TableDefinition] in
      guard let fixtures = entry.models else { return [entry] }
      var files: [(model: String, files: [(name: String, line: Int)])] = []
      for file in entry.files {
        for model in try models(in: file.name, line: file.line, of: entry, fixtures, folder, faults) {
          if let index = files.firstIndex(where: { $0.model == model }) {
            files[index].files.append(file)
          } else {
            files.append((model, [file]))
          }
        }
      }
      return entry.tables(of: files, fixtures, faults)
    }
    try faults.check()
    return definition
  }

  private func models(
    in file: String, line: Int, of entry: TableDefinition, _ fixtures: ModelFixtures, _ folder: DataFolder,
    _ faults: FaultCollector
  ) throws -> [String] {
    switch fixtures.framework {
    case .rails:
      guard try folder.has(file) else { break }
      return [fixtures.railsName(of: file)]
    case .django:
      guard let records = try ModelFile(folder: folder, faults: faults).django(file, encoding: entry.encoding)
      else { break }
      var seen: Set<String> = []
      return records.map(\.model).filter { seen.insert($0).inserted }
    }
    faults.add(missing(file, line: line))
    return []
  }
}

extension TableDefinition {
  /// The keys that describe one table, not several.
  private static let keysOfOne = ["table", "key", "index", "columns", "ignore", "children", "touch"]

  /// The entries for the models of fixtures.
  fileprivate func tables(
    of models: [(model: String, files: [(name: String, line: Int)])], _ fixtures: ModelFixtures,
    _ faults: FaultCollector
  ) -> [TableDefinition] {
    func refuse(_ key: String, found: String, expected: String) {
      faults.add(
        FixtureFault(
          .invalidDefinition, file: path, line: line(of: key), field: key, found: found, expected: expected))
    }
    let names = models.map(\.model)
    if names.count > 1, let key = Self.keysOfOne.first(where: { lines[$0] != nil }) {
      refuse(
        key, found: "'\(key)' for \(names.count) tables",
        expected: "\"models\": {\"\(names[0])\": {\"\(key)\": …}}")
    }
    if fixtures.framework == .rails {
      for model in fixtures.models.keys.sorted() where !names.contains(model) {
        let near = Suggestion.nearest(to: model, in: names).first ?? names.joined(separator: ", ")
        refuse("models", found: "no fixtures of '\(model)'", expected: "one of \(near)")
      }
    }
    return models.flatMap { model, files in
      var fixtures = fixtures
      if fixtures.models[model] == nil, names.count == 1 {
        var own = self
        own.models = nil
        fixtures.models[model] = own
      }
      var table = fixtures.models[model] ?? self
      table.models = nil
      table.model = ModelFixtures.Model(framework: fixtures.framework, name: model, fixtures: fixtures)
      table.table = fixtures.table(of: model)
      table.source = .files(files)
      table.format = format
      table.encoding = encoding
      table.values = values.overridden(by: table.values)
      if table.lines["policy"] == nil { table.policy = policy }
      if table.lines["onDrift"] == nil { table.drift = drift }
      return table.alternatives
    }
  }
}
