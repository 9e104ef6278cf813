import SeedGenerators

/// Limits of dates and times.
struct ScaffoldTimes {
  let type: String
  let facts: ColumnFacts
  let name: ColumnName
  /// Whether the column comes first, or second, in a comparison with another one.
  let isFirst: Bool
  let isSecond: Bool

  /// The generator; nil for another type.
  var generator: GeneratorValue? {
    switch type {
    case "date": dates("date")
    case "timestamp with time zone": dates("timestamptz")
    case "timestamp without time zone": dates("timestamp")
    case "time without time zone", "time with time zone":
      [
        "time": [
          .string(isSecond && !isFirst ? "13:00" : "08:00"),
          .string(isFirst && !isSecond ? "12:00" : "18:00"),
        ]
      ]
    case "interval":
      [
        "interval": isFirst && !isSecond
          ? ["10 minutes", "1 hour"] : isSecond && !isFirst ? ["2 hours", "3 days"] : durations
      ]
    default: nil
    }
  }

  /// The shortest and the longest duration.
  private var durations: GeneratorValue {
    func limit(_ limit: ColumnFacts.Limit?) -> Int? {
      limit.flatMap { Interval.parse($0.text) }.flatMap { $0 > 0 ? $0 : nil }
    }
    func text(_ duration: Int) -> GeneratorValue { .string("\(duration / 1_000_000) seconds") }
    let least = limit(facts.lower)
    let most = limit(facts.upper)
    // Limits that do not belong to the range are a second away.
    let shift = 1_000_000
    return [
      least.map { text($0 + (facts.lower?.isStrict == true ? shift : 0)) }
        ?? (most.map { $0 < 600_000_000 } == true ? "1 second" : "10 minutes"),
      most.map { text($0 - (facts.upper?.isStrict == true ? shift : 0)) }
        ?? text(max(3 * 86_400_000_000, least.map { 3 * $0 } ?? 0)),
    ]
  }

  private func dates(_ generator: String) -> GeneratorValue {
    let isBirth = name.has("birth", "birthday", "birthdate", "dob", "birth date", "date of birth", "born")
    var low = isBirth ? "1950-01-01" : "2024-01-01"
    var high = isBirth ? "2005-12-31" : "2025-12-31"
    if isFirst != isSecond {
      if isFirst { high = "2024-12-31" } else { low = "2025-01-01" }
    }
    let isDate = generator == "date"
    func text(_ limit: ColumnFacts.Limit, _ step: Int) -> String? {
      let text = isDate ? String(limit.text.prefix(10)) : limit.text
      return Timestamp.moved(text, by: limit.isStrict ? step : 0)
    }
    let least = facts.lower.flatMap { text($0, 1) }
    let most = facts.upper.flatMap { text($0, -1) }
    if let least {
      if least > low || most != nil { low = least }
      if least > high { high = Timestamp.moved(String(least.prefix(10)), by: 365) ?? least }
    }
    if let most {
      if most < high || least != nil { high = most }
      if most < low { low = Timestamp.moved(String(most.prefix(10)), by: -365) ?? most }
    }
    return .object([GeneratorMember(generator, [.string(low), .string(high)])])
  }
}

/// Generators for types that are not texts, numbers or times.
enum ScaffoldValues {
  /// The generator; nil for a type of which nothing is known.
  static func generator(type: String, storedType: String, facts: ColumnFacts) -> GeneratorValue? {
    let modifiers = ScaffoldColumn.modifiers(storedType)
    if type.hasSuffix("[]") {
      let low = max(facts.elements.lowerBound, 1)
      let high = max(low, min(facts.elements.upperBound, 3))
      return element(String(type.dropLast(2))).map {
        ["array": ["of": $0, "count": [.number("\(low)"), .number("\(high)")]]]
      }
    }
    switch type {
    case "boolean": return ["boolean": .number("0.5")]
    case "json", "jsonb":
      switch facts.jsonType {
      case "array": return ["json": ["$word", "$word"]]
      case "string": return ["json": "$word"]
      case "number": return ["json": ["$integer": [1, 100]]]
      case "boolean": return ["json": "$boolean"]
      default:
        guard !facts.jsonKeys.isEmpty else {
          return ["json": ["name": "$word", "value": ["$integer": [1, 100]]]]
        }
        var keys: [String] = []
        for key in facts.jsonKeys where !keys.contains(key) { keys.append(key) }
        let members = keys.map { key in
          GeneratorMember(key, ["email", "phone", "url"].contains(key) ? .string("$\(key)") : "$word")
        }
        return ["json": .object(members)]
      }
    case "bytea": return ["bytea": .number("\(max(16, min(facts.lengths.lowerBound, 1_000)))")]
    case "vector", "halfvec": return ["vector": .number("\(modifiers.first ?? 3)")]
    case "sparsevec": return ["pattern": .string("{1:0.##}/\(modifiers.first ?? 3)")]
    case "bit", "bit varying":
      let length = modifiers.first ?? (type == "bit" ? 1 : 8)
      let bits = ["0", "1"].map { GeneratorValue.string(String(repeating: $0, count: length)) }
      return ["pick": .list(bits)]
    default: return element(type) ?? patterns[type].map { ["pattern": .string($0)] }
    }
  }

  private static func element(_ type: String) -> GeneratorValue? {
    switch type {
    case "text", "character varying", "character", "citext", "tsvector", "tsquery", "name": "word"
    case "smallint", "integer", "bigint": ["integer": [1, 100]]
    case "numeric", "money": ["decimal": [1, 100]]
    case "real", "double precision": ["double": [0, 1]]
    case "boolean": ["boolean": .number("0.5")]
    case "uuid": "uuid.v4"
    case "date": ["date": ["2024-01-01", "2025-12-31"]]
    case "timestamp with time zone": ["timestamptz": ["2024-01-01", "2025-12-31"]]
    case "timestamp without time zone": ["timestamp": ["2024-01-01", "2025-12-31"]]
    case "inet", "cidr": "ip.v4"
    case "macaddr", "macaddr8": "mac"
    case "json", "jsonb": ["json": ["name": "$word"]]
    case "int4range", "int8range", "numrange": ["range": ["type": .string(type), "between": [1, 1_000]]]
    case "daterange", "tsrange", "tstzrange":
      ["range": ["type": .string(type), "between": ["2024-01-01", "2025-12-31"]]]
    default: nil
    }
  }

  private static let patterns = [
    "point": "(#.##,#.##)", "line": "{1,#,#}", "lseg": "[(#,#),(1#,1#)]", "box": "(1#,1#),(#,#)",
    "path": "((#,#),(1#,#),(1#,1#))", "polygon": "((#,#),(1#,#),(1#,1#))", "circle": "<(##,##),1#>",
    "xml": "<row><number>####</number></row>", "ltree": "Top.A##.B##", "hstore": "\"key\"=>\"##\"",
    "geometry": "POINT(##.### ##.###)", "geography": "POINT(##.### ##.###)", "pg_lsn": "0/######",
    "int4multirange": "{[1,1##)}", "int8multirange": "{[1,1##)}", "nummultirange": "{[1,1##)}",
    "datemultirange": "{[2024-01-01,2025-01-1#)}", "oid": "1####", "xid": "1####", "\"char\"": "?",
  ]
}
