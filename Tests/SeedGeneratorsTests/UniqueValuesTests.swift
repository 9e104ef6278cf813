import SeedGenerators
import Testing

@Suite("Unique values")
struct UniqueValuesTests {
  @Test("have no duplicates in any language, at the limits of tiers either", arguments: CatalogEntry.all)
  func distinct(_ entry: CatalogEntry) throws {
    for locale in GeneratorLocale.allCases {
      let definition = entry.entry.example
      guard let column = try? TestColumn(definition, locale, isUnique: true) else { return }
      let limit = try #require(column.column.rowLimit)
      var rows = Set(0..<min(limit, 2_000))
      for end in column.column.generator.uniqueness.domain?.ends ?? [limit] {
        rows.formUnion(max(0, end - 300)..<(end < limit ? end + 300 : end))
      }
      let values = Set(rows.compactMap { column.bytes($0) })
      #expect(values.count == rows.count, "\(locale)")
    }
  }

  @Test("have no duplicates among a million rows")
  func million() throws {
    let column = try TestColumn("email", isUnique: true)
    var values: Set<[UInt8]> = []
    values.reserveCapacity(1_000_000)
    for row in 0..<1_000_000 {
      if let value = column.bytes(row) { values.insert(value) }
    }
    #expect(values.count == 1_000_000)
  }

  @Test("get a number only when all values without one are used")
  func tiers() throws {
    let column = try TestColumn("email", isUnique: true)
    let ends = try #require(column.column.generator.uniqueness.domain?.ends)
    func hasDigit(_ row: Int) -> Bool { column.value(row)?.contains { $0.isNumber } ?? true }
    #expect(!(0..<ends[0]).contains { hasDigit($0) })
    #expect((ends[0]..<ends[0] + 1000).allSatisfy { hasDigit($0) })
    // All names occur, not only those of the first rows.
    #expect(Set((0..<2000).compactMap { column.value($0)?.prefix(3) }).count > 100)
  }

  @Test("are refused if the generator cannot make them")
  func refused() throws {
    for definition: GeneratorValue in [
      "sentence", ["pick": ["a", "a"]], ["pick": ["a", .null]], "double", ["template": "{first}{#}{last}"],
      ["timestamp": ["hours": [9, 17]]],
    ] {
      #expect(throws: GeneratorFault.self) { try TestColumn(definition, isUnique: true) }
    }
    let name = GeneratorValue.object([
      GeneratorMember("sentence", .bool(true)), GeneratorMember("unique", .bool(true)),
    ])
    #expect {
      try TestColumn(name)
    } throws: { error in
      (error as? GeneratorFault)?.problem == "'sentence' cannot make unique values with these options"
    }
  }

  @Test("of templates need a row number that can be read back")
  func templates() throws {
    for format in ["{#}", "{first}.{last}.{#}@example.com", "{#}-{first}", "A{#}"] {
      #expect(try TestColumn(["template": .string(format)], isUnique: true).column.rowLimit != nil)
    }
    for format in ["{first}{#}", "{first}-{#}{last}", "{first}", "{#}{#}", "{first}1{#}"] {
      #expect(throws: GeneratorFault.self) { try TestColumn(["template": .string(format)], isUnique: true) }
    }
  }

  @Test("may be NULL")
  func nulls() throws {
    let definition = GeneratorValue.object([
      GeneratorMember("email", .bool(true)), GeneratorMember("unique", .bool(true)),
      GeneratorMember("null", .number("0.5")),
    ])
    let column = try TestColumn(definition)
    let values = (0..<1000).compactMap { column.value($0) }
    #expect((400..<600).contains(values.count))
    #expect(Set(values).count == values.count)
  }
}
