import SeedGenerators
import Testing

@Suite("Lengths of values")
struct LengthTests {
  @Test("are at most the announced one", arguments: CatalogEntry.all)
  func longest(_ entry: CatalogEntry) throws {
    for locale in GeneratorLocale.allCases {
      let column = try TestColumn(entry.entry.example, locale)
      if let longest = column.column.longest(rows: 300) {
        #expect((0..<300).allSatisfy { (column.value($0)?.unicodeScalars.count ?? 0) <= longest })
      }
      guard let unique = try? TestColumn(entry.entry.example, locale, isUnique: true) else { continue }
      for end in unique.column.generator.uniqueness.domain?.ends ?? [] {
        guard let longest = unique.column.longest(rows: end) else { continue }
        let rows = max(0, end - 300)..<end
        #expect(
          rows.allSatisfy { (unique.value($0)?.unicodeScalars.count ?? 0) <= longest }, "\(locale), \(end)")
      }
    }
  }

  @Test("are known where a column can be too short")
  func known() throws {
    func longest(_ definition: GeneratorValue, isUnique: Bool = false, rows: Int = 10) throws -> Int? {
      try TestColumn(definition, isUnique: isUnique).column.longest(rows: rows)
    }
    #expect(try longest(["pattern": "AB-####"]) == 7)
    #expect(try longest(["integer": [-100, 99]]) == 4)
    #expect(try longest(["decimal": ["between": [.number("-0.5"), 9], "scale": 2]]) == 5)
    #expect(try longest(["pick": ["ä", "xyz"]]) == 3)
    #expect(try longest(["text": [5, 80]]) == 80)
    #expect(try longest("markdown") == nil)
    // A number is appended from the second tier on.
    let short = try #require(try longest("email", isUnique: true, rows: 100))
    #expect(try longest("email", isUnique: true, rows: 1_000_000) == short + 2)
    #expect(try longest("email") == short)
  }

  @Test("can be limited by cutting the values after a character", arguments: GeneratorLocale.allCases)
  func cut(locale: GeneratorLocale) throws {
    let context = GeneratorContext(locale: locale)
    let full = try GeneratorCatalog.parse("sentence", context: context)
    let cut = full.cut(to: 12)
    let columns = try [full, cut].map { spec throws(GeneratorFault) in
      try GeneratedColumn(table: "t", column: "c", seed: 1, spec: spec)
    }
    #expect(columns[1].longest(rows: 1) == 12)
    for row in 0..<200 {
      let values = columns.map { column in
        var text: [UInt8] = []
        _ = column.append(row: row, to: &text)
        return String(decoding: text, as: UTF8.self)
      }
      #expect(values[0].hasPrefix(values[1]))
      #expect((1...12).contains(values[1].unicodeScalars.count) && values[1].last != " ")
    }
    #expect(throws: GeneratorFault.self) {
      try GeneratedColumn(table: "t", column: "c", seed: 1, spec: cut, isUnique: true)
    }
  }

  @Test("and limits of `between` depend on the type of the column")
  func between() throws {
    func name(_ limits: GeneratorValue, _ type: String?) throws -> String {
      try GeneratorCatalog.parse(["between": limits], context: GeneratorContext(type: type)).name
    }
    #expect(try name([1, 5], "int8") == "integer")
    #expect(try name([1, 5], "numeric") == "decimal")
    #expect(try name([1, 5], nil) == "integer")
    #expect(try name([1, .number("5.5")], nil) == "decimal")
    #expect(try name(["2024-01-01", "2024-01-02"], nil) == "date")
    #expect(try name(["2024-01-01", "2024-01-02"], "timestamptz") == "timestamptz")
    #expect(try name(["2024-01-01 10:00", "2024-01-02"], nil) == "timestamp")
    #expect(try name(["10:00", "11:00"], nil) == "time")
    #expect(try name(["1 day", "2 days"], nil) == "interval")
    #expect {
      try name([1, 2], "text")
    } throws: { error in
      (error as? GeneratorFault)?.line
        == "between: 'between' is for numbers, dates and times, but the column has the type text"
    }
  }
}
