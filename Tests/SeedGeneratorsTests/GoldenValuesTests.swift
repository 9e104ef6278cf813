import SeedGenerators
import Testing

@Suite("Golden values")
struct GoldenValuesTests {
  @Test(
    "are the first five values of every generator, and the first three unique ones",
    arguments: GeneratorLocale.allCases)
  func firstValues(locale: GeneratorLocale) throws {
    var text = ""
    for type in GeneratorCatalog.generators {
      let entry = type.entry
      text += "\(entry.name) \(entry.version)\n"
      for value in try TestColumn(entry.example, locale, name: entry.name).values(5) {
        text += "  \(escaped(value))\n"
      }
      guard let unique = try? TestColumn(entry.example, locale, name: entry.name, isUnique: true) else {
        continue
      }
      text += "  unique, at most \(unique.column.rowLimit ?? 0) rows\n"
      for value in unique.values(min(3, unique.column.rowLimit ?? 0)) { text += "    \(escaped(value))\n" }
    }
    try Snapshot.expect(text, equals: "\(locale.rawValue).txt")
  }

  @Test("of generators with options are the same on every machine")
  func options() throws {
    let definitions: [(String, GeneratorValue)] = [
      ("sequence", ["sequence": ["start": 100, "step": -5]]),
      ("uniform", ["integer": ["between": [-50, 50], "step": 10]]),
      ("exponential", ["integer": ["between": [0, 1_000_000], "distribution": "exponential"]]),
      ("zipf", ["integer": ["between": [1, 1_000_000], "distribution": "zipf"]]),
      (
        "zipf with an exponent",
        ["integer": ["between": [1, 1000], "distribution": "zipf", "exponent": .number("1.5")]]
      ),
      (
        "normal decimal",
        ["decimal": ["between": [-10, .number("10.5")], "scale": 3, "distribution": "normal"]]
      ),
      ("exponential double", ["double": ["between": [0, 10], "distribution": "exponential"]]),
      ("pick", ["pick": ["a", "b", 3, .bool(true), .null]]),
      ("nulls", .object([GeneratorMember("word", .bool(true)), GeneratorMember("null", .number("0.5"))])),
      ("template", ["template": "{first|slug}.{last|slug}{#}@example.com"]),
      ("pattern", ["pattern": ["format": "\\##-??", "case": "lower"]]),
      ("phone", ["phone": ["country": "GB"]]),
      ("country", ["country": "iso3"]),
      ("color", ["color": "hex"]),
      ("ip.v4", ["ip.v4": "private"]),
      ("slug", ["slug": 2]),
      ("text", ["text": [10, 40]]),
      ("words", ["words": 6]),
      (
        "timestamp",
        ["timestamp": ["between": ["2024-01-01 12:00", "2024-01-02"], "precision": "millisecond"]]
      ),
      ("weekends", ["date": ["between": ["2024-01-01", "2024-12-31"], "weekdays": [0, 0, 0, 0, 0, 1, 1]]]),
      ("array", ["array": ["of": ["integer": [1, 3]], "count": 5, "distinct": .bool(true)]]),
      ("int8range", ["range": ["type": "int8range", "between": [0, 1000], "length": [5, 5]]]),
      ("numrange", ["range": ["type": "numrange", "between": [-1, 1]]]),
      (
        "tstzrange",
        [
          "range": [
            "type": "tstzrange", "between": ["2024-01-01", "2024-02-01"], "length": ["1 hour", "2 hours"],
          ]
        ]
      ),
      ("bytea", ["bytea": [0, 10]]),
      ("vector", ["vector": ["dimensions": 5, "clusters": 2, "similarity": .number("0.9")]]),
    ]
    var text = ""
    for (name, definition) in definitions {
      text += "\(name)\n"
      for value in try TestColumn(definition, name: name).values(5) { text += "  \(escaped(value))\n" }
    }
    try Snapshot.expect(text, equals: "options.txt")
  }

  @Test("of 1,536 dimensions are those of the first vectors of this program")
  func vectors() {
    let vectors = ClusteredVectors(seed: 42, dimensions: 1536, clusters: 1000, similarity: 0.8)
    var digest: UInt64 = 0
    vectors.withVector(row: 99_999) { vector in
      digest = vector.reduce(UInt64(0)) { ($0 &* 31) &+ UInt64($1.bitPattern) }
    }
    #expect(digest == 9_405_413_298_339_697_915)
    var bytes = [UInt8](repeating: 0, count: vectors.encodedSize)
    bytes.withUnsafeMutableBytes { vectors.write(row: 99_999, to: $0) }
    #expect(Array(bytes[..<4]) == [6, 0, 0, 0])
  }

  private func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
  }
}
