import FoundationEssentials
import Testing

@testable import SeedKit

@Suite("The configuration that is shipped")
struct ConfigurationShippedTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  private let folder = "\(root)/Config"

  private func lines(_ name: String) throws -> [Substring] {
    let text = String(decoding: try Data(contentsOf: URL(filePath: "\(Self.root)/\(name)")), as: UTF8.self)
    return text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The dotted path of each value, with the node.
  private func values(_ node: JSONNode, _ path: [String] = []) -> [(key: String, node: JSONNode)] {
    guard case .object(let members) = node.value else { return [(path.joined(separator: "."), node)] }
    return members.flatMap { values($0.value, path + [$0.key]) }
  }

  private func read(_ file: String) throws -> [(key: String, node: JSONNode)] {
    let data = try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))
    return values(try JSONParser.parse(Array(data), dialect: .json5)).filter { $0.key != "$schema" }
  }

  @Test("sets in default.json every key, each to its built-in default")
  func defaults() throws {
    let found = try read("default.json")
    #expect(found.map(\.key).sorted() == AnySettingKey.inFiles.map(\.name).sorted())
    for (name, node) in found {
      let key = try #require(AnySettingKey.inFiles.first { $0.name == name })
      let text = try key.fileText(node)
      let value = try text.map { try key.parse($0) } ?? key.defaultValue
      #expect(key.isDefault(value), "\(name) is \(text ?? "null")")
      #expect(text != nil || key.show(key.defaultValue).isEmpty, "\(name) has a default, so null will not do")
    }
  }

  @Test("names above each key of default.json the variable, the flag, and the unit or the bounds")
  func comments() throws {
    let lines = try lines("Config/default.json")
    for (name, node) in try read("default.json") {
      let key = try #require(AnySettingKey.inFiles.first { $0.name == name })
      let comment = lines[..<(node.position.line - 1)].reversed()
        .prefix { $0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
      for variable in key.variables { #expect(comment.contains(variable), "\(name)") }
      if let flag = key.flag { #expect(comment.contains("--\(flag)"), "\(name)") }
      if let unit = key.unit { #expect(comment.contains(unit), "\(name)") }
      if let range = key.expected.firstRange(of: "from ") {
        let bounds = key.expected[range.upperBound...]
        #expect(comment.contains(bounds), "\(name) does not say \(bounds)")
      }
    }
  }

  @Test("loads in each environment, and says at the top what is special", arguments: SeedEnvironment.allCases)
  func environments(environment: SeedEnvironment) throws {
    let settings = try Settings.load(
      flags: ["env": environment.rawValue], environment: [:], configDirectory: folder)
    #expect(settings[.environment] == environment)
    #expect(settings.source(of: .environment) == .flag("env"))
    #expect(try lines("Config/\(environment).json").first?.hasPrefix("// ") == true)
    // Only what truly differs.
    for (name, node) in try read("\(environment).json") where name != "" {
      let key = try #require(AnySettingKey.inFiles.first { $0.name == name })
      let text = try #require(try key.fileText(node), "\(name) is null")
      #expect(!key.isDefault(try key.parse(text)), "\(name) repeats the default")
      #expect(settings.entries.first { $0.name == name }?.value == text)
    }
  }

  @Test("waits longer for the database in continuous integration")
  func ci() throws {
    let settings = try Settings.load(flags: [:], environment: ["CI": "true"], configDirectory: folder)
    #expect(settings[.retryBudget] == .seconds(120))
    #expect(settings.isExplicit(.retryBudget))
    // default.json gives it the built-in value, which nobody chose.
    #expect(settings.source(of: .databaseConnectTimeout) != .default)
    #expect(!settings.isExplicit(.databaseConnectTimeout))
    #expect(!settings.isExplicit(.databaseURL))
  }

  @Test("lists every key that is declared, and no name twice")
  func declarations() throws {
    let folder = "Sources/SeedKit/Configuration"
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(Self.root)/\(folder)")
    let source = try files.filter { $0.hasPrefix("SettingKey+") }.flatMap { try lines("\(folder)/\($0)") }
    let declared = source.compactMap { line in
      line.firstRange(of: "public static let ").map { line[$0.upperBound...].prefix { $0 != " " } }
    }
    let listed = source.joined(separator: "\n")
    #expect(declared.count == AnySettingKey.all.count)
    for name in declared {
      #expect(listed.contains(".init(.\(name))"), "\(name) is not in AnySettingKey.all")
    }
    for names in [
      AnySettingKey.all.map(\.name), AnySettingKey.all.flatMap(\.variables),
      AnySettingKey.all.compactMap(\.flag),
    ] {
      #expect(Set(names).count == names.count)
    }
    // A setting cannot also be the object that other settings are in.
    for key in AnySettingKey.all {
      #expect(!AnySettingKey.all.contains { $0.name.hasPrefix(key.name + ".") })
    }
  }
}
