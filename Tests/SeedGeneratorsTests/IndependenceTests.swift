import SeedGenerators
import Testing

@Suite("Values")
struct IndependenceTests {
  @Test(
    "depend on the seed, the table and the column", arguments: ["email", "uuid.v4", "sentence", "timestamp"])
  func key(name: String) throws {
    let base = try TestColumn(.string(name)).values(20)
    #expect(try TestColumn(.string(name)).values(20) == base)
    #expect(try TestColumn(.string(name), seed: 2).values(20) != base)
    #expect(try TestColumn(.string(name), table: "other").values(20) != base)
    #expect(try TestColumn(.string(name), name: "other").values(20) != base)
  }

  @Test("do not change when a probability of NULL is added")
  func nulls() throws {
    let plain = try TestColumn("person.name").values(500)
    let definition = GeneratorValue.object([
      GeneratorMember("person.name", .bool(true)), GeneratorMember("null", .number("0.3")),
    ])
    let nullable = try TestColumn(definition).values(500)
    #expect(zip(plain, nullable).allSatisfy { $1 == "NULL" || $0 == $1 })
    #expect((100..<200).contains(nullable.filter { $0 == "NULL" }.count))
    let always = GeneratorValue.object([GeneratorMember("word", .bool(true)), GeneratorMember("null", 1)])
    #expect(Set(try TestColumn(always).values(100)) == ["NULL"])
  }

  @Test("are valid UTF-8 without NUL, and not empty", arguments: CatalogEntry.all)
  func text(_ entry: CatalogEntry) throws {
    for locale in GeneratorLocale.allCases {
      let column = try TestColumn(entry.entry.example, locale)
      for row in 0..<200 {
        let bytes = column.bytes(row) ?? []
        #expect(!bytes.isEmpty && !bytes.contains(0))
        #expect(String(validating: bytes, as: UTF8.self) != nil)
      }
    }
  }

  @Test("of a document keep when a member is added")
  func document() throws {
    let small = try TestColumn(["json": ["name": "$person.name"]]).values(20)
    let large = try TestColumn(["json": ["name": "$person.name", "n": ["$integer": [1, 9]]]]).values(20)
    #expect(zip(small, large).allSatisfy { $1.hasPrefix($0.dropLast()) })
  }

  @Test("have the keys of FNV-1a")
  func hash() {
    // The hash of the empty list is the offset basis of RFC 9923.
    #expect(StreamKey.hash([]) == 0xCBF2_9CE4_8422_2325)
    #expect(StreamKey.hash(["ab", "c"]) != StreamKey.hash(["a", "bc"]))
    #expect(
      StreamKey.column(table: "t", column: "c", generator: "email", version: 1) == 0xD7E9_0A65_821E_52DF)
  }
}
