import FoundationEssentials

/// The JSON Schema of the files in `Config/`, generated from the settings.
public enum ConfigurationSchema {
  /// The schema as text, with the same bytes for the same settings. `Config/config.schema.json` is the one for all
  /// settings, for editors.
  ///
  /// - Parameter keys: all settings.
  /// - Throws: an error of the encoder, which never happens.
  public static func text(of keys: [AnySettingKey]) throws -> String {
    var root = node(of: keys.inFiles.map { ($0.name.split(separator: ".")[...], $0) })
    root["$schema"] = .text("https://json-schema.org/draft/2020-12/schema")
    root["$id"] = .text("urn:seed-runner:schema:config")
    root["title"] = .text("Config/*.json")
    root["description"] = .text(
      "Settings of seed-runner for all environments (default.json) or for one environment. "
        + "'seed-runner config' describes each setting and shows where its value comes from.")
    if case .object(var properties) = root["properties"] {
      properties["$schema"] = .object([
        "description": .text(
          "Path or URL of this schema, for editors. seed-runner ignores it."),
        "type": .text("string"),
      ])
      root["properties"] = .object(properties)
    }
    let encoder = JSONEncoder.stable
    encoder.outputFormatting.insert(.prettyPrinted)
    return String(decoding: try encoder.encode(Value.object(root)), as: UTF8.self) + "\n"
  }

  private indirect enum Value: Encodable {
    case text(String)
    case integer(Int)
    case number(Double)
    case bool(Bool)
    case null
    case list([Value])
    case object([String: Value])

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let value): try container.encode(value)
      case .integer(let value): try container.encode(value)
      case .number(let value): try container.encode(value)
      case .bool(let value): try container.encode(value)
      case .null: try container.encodeNil()
      case .list(let values): try container.encode(values)
      case .object(let members): try container.encode(members)
      }
    }
  }

  /// The schema of an object, with its settings and nested objects.
  private static func node(of keys: [(path: ArraySlice<Substring>, key: AnySettingKey)]) -> [String: Value] {
    var properties: [String: Value] = [:]
    for (name, members) in Dictionary(grouping: keys, by: { $0.path.first ?? "" }) {
      if let leaf = members.first(where: { $0.path.count == 1 }) {
        properties[String(name)] = .object(value(of: leaf.key))
      } else {
        properties[String(name)] = .object(node(of: members.map { ($0.path.dropFirst(), $0.key) }))
      }
    }
    return ["type": .text("object"), "additionalProperties": .bool(false), "properties": .object(properties)]
  }

  private static func value(of key: AnySettingKey) -> [String: Value] {
    let (type, isOptional) = key.schemaType
    let ways = key.variables + (key.flag.map { ["--\($0)"] } ?? [])
    var schema: [String: Value] = [
      "description": .text(
        "\(key.summary). Expected: \(key.expected). Overridden by \(ways.joined(separator: ", ")).")
    ]
    schema["type"] = isOptional ? .list([.text(type), .text("null")]) : .text(type)
    if let bounds = key.bounds {
      schema["minimum"] = .integer(bounds.lowerBound)
      schema["maximum"] = .integer(bounds.upperBound)
    }
    if let bounds = key.decimalBounds {
      schema["minimum"] = .number(bounds.lowerBound)
      schema["maximum"] = .number(bounds.upperBound)
    }
    if let words = key.allowed { schema["enum"] = .list(words.map(Value.text) + (isOptional ? [.null] : [])) }
    if type == "string" { schema["minLength"] = .integer(1) }
    if type == "array" {
      schema["minItems"] = .integer(1)
      schema["items"] = .object([
        "type": .text("string"), "maxLength": .integer(63),
        // The rule of SeederID.
        "pattern": .text("^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
      ])
    }
    schema["default"] = defaultValue(of: key, type: type)
    return schema
  }

  private static func defaultValue(of key: AnySettingKey, type: String) -> Value {
    let text = key.show(key.defaultValue)
    guard !text.isEmpty else { return .null }
    return switch type {
    case "boolean": .bool(text == "true")
    case "integer": Int(text).map(Value.integer) ?? .null
    case "number": Double(text).map(Value.number) ?? .null
    default: .text(text)
    }
  }
}
