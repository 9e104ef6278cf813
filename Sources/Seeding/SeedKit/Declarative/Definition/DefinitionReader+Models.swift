/// The keys of fixtures of web frameworks.
extension DefinitionReader {
  /// What an entry says about the models of its fixtures; nil for other formats.
  func models(
    _ object: JSONObjectReader, format: DataFormat?, _ source: TableDefinition.Source?
  ) -> ModelFixtures? {
    let node = object.isAbsent("models") ? nil : object.take("models")
    guard let framework = format?.framework else {
      if node != nil {
        object.fault(
          "models", found: "'models' without fixtures", expected: "\"format\": \"rails\" or \"django\"")
      }
      return nil
    }
    for key in ["rows", "distinct"] where !object.isAbsent(key) {
      object.fault(key, found: "'\(key)' with the format \(framework.rawValue)", expected: "only 'files'")
    }
    var fixtures = ModelFixtures(framework: framework)
    if case .files(let files)? = source { fixtures.folders = Self.commonFolders(of: files.map(\.name)) }
    if let node, let models = JSONObjectReader(node, expected: "an object", path: "models", faults: faults) {
      for member in models.members {
        let name = framework == .django ? ModelFile.djangoName(member.key) : member.key
        guard let name else {
          models.fault(member.key, found: "'\(member.key)'", expected: "app.model")
          continue
        }
        if let table = table(member.value, parent: nil, isModel: true) { fixtures.models[name] = table }
      }
    }
    return fixtures
  }

  func checkEndings(_ names: [String], of framework: ModelFixtures.Framework, _ object: JSONObjectReader) {
    for name in names where !framework.reads(DataFormat(fileName: name)) {
      object.fault("files", found: "'\(name)'", expected: "a name that ends in \(framework.endings)")
    }
  }

  /// The number of leading folders without a pattern that all paths have in common.
  private static func commonFolders(of paths: [String]) -> Int {
    let folders = paths.map { path in
      path.split(separator: "/").dropLast().prefix { !$0.contains("*") }
    }
    guard var common = folders.first else { return 0 }
    for other in folders { common = common.prefix(zip(common, other).prefix { $0 == $1 }.count) }
    return common.count
  }
}
