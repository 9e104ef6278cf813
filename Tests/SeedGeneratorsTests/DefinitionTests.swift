import SeedGenerators
import Testing

@Suite("Definitions of generators")
struct DefinitionTests {
  private func fault(_ definition: GeneratorValue) -> String {
    do {
      _ = try GeneratorCatalog.parse(definition, context: GeneratorContext(columns: ["a"]))
      return "no error"
    } catch {
      return error.line
    }
  }

  @Test("are a name, a name with options, or a name with its main option")
  func forms() throws {
    #expect(try TestColumn("sequence").values(2) == ["1", "2"])
    #expect(try TestColumn(["sequence": ["start": 7]]).values(2) == ["7", "8"])
    #expect(try TestColumn(["sequence": 7]).values(2) == ["7", "8"])
    #expect(try TestColumn(["email": .bool(true)]).values(2) == TestColumn("email").values(2))
    #expect(try TestColumn(["country": .bool(true)]).values(2) == TestColumn("country").values(2))
    let inside = try TestColumn(["integer": ["between": [1, 99], "distribution": "zipf"]]).values(9)
    #expect(try TestColumn(["integer": [1, 99], "distribution": "zipf"]).values(9) == inside)
    let german = GeneratorValue.object([
      GeneratorMember("city", .bool(true)), GeneratorMember("locale", "de"),
    ])
    #expect(try TestColumn(german).values(3) == TestColumn("city", .de).values(3))
  }

  @Test("with errors are refused, with the place and the reason")
  func errors() {
    #expect(fault("mail") == "unknown generator 'mail'")
    #expect(fault("name") == "unknown generator 'name': did you mean 'person.name'?")
    #expect(fault("ip") == "unknown generator 'ip': did you mean 'ip.v4' or 'ip.v6'?")
    #expect(
      fault(5) == "expected a generator: its name, or an object with its name and options, found number 5")
    #expect(fault(["null": 1]) == "expected the name of a generator as a key")
    #expect(
      fault(["email": true_, "word": true_]) == "word: expected one generator, found 'email' and 'word'")
    #expect(
      fault(["email": 5]) == "email: expected an object with the options of 'email', or true, found number 5")
    #expect(fault(["email": ["x": 1]]) == "email: x: 'email' has no option 'x': it has none")
    #expect(
      fault(["boolean": ["x": 1]]) == "boolean: x: 'boolean' has no option 'x': its options are 'probability'"
    )
    #expect(fault(["boolean": 2]) == "boolean: expected a number from 0 to 1, found number 2")
    #expect(fault(["integer": [5, 1]]) == "integer: the lowest number 5 is above the highest 1")
    #expect(fault(["integer": [.number("1.5"), 2]]) == "integer: expected whole numbers")
    #expect(
      fault(["integer": ["distribution": "gauss"]]).hasPrefix(
        "integer: distribution: expected one of \"uniform\""))
    #expect(fault(["integer": [1, 2], "distribution": 5]).hasPrefix("distribution: expected one of"))
    #expect(fault(["integer": [1, 2], "mode": 5]).hasPrefix("mode: 'integer' has no option 'mode'"))
    #expect(fault(["pick": ["a": 1], "distribution": "zipf"]).hasPrefix("distribution: values with weights"))
    #expect(fault(["double": ["distribution": "zipf"]]).hasPrefix("double: distribution: expected one of"))
    #expect(fault(["sequence": ["step": 0]]) == "sequence: step: the step must not be 0")
    #expect(fault(["pick": []]) == "pick: the list of values is empty")
    #expect(fault(["pick": ["a": "b"]]) == "pick: a: expected a weight as a number, found \"b\"")
    #expect(fault(["pick": ["a": 0]]) == "pick: at least one weight must be above 0")
    #expect(fault(["pattern": "a\\"]) == "pattern: no character follows the last backslash")
    #expect(fault(["template": "{b}"]) == "template: the table has no generated column 'b'")
    #expect(fault(["template": "{a|up}"]).hasPrefix("template: unknown filter 'up': expected one of 'lower'"))
    #expect(fault(["template": "a}"]) == "template: a '}' has no counterpart: write '}}' for the character")
    #expect(fault(["after": "b"]) == "after: the table has no generated column 'b'")
    #expect(fault(["date": ["2024-02-30", "2024-03-01"]]).hasPrefix("date: expected a date such as"))
    #expect(fault(["array": ["count": 3]]).hasPrefix("array: the option 'of' of 'array' is missing"))
    #expect(fault(["array": ["of": "x"]]) == "array: of: unknown generator 'x'")
    #expect(
      fault(["json": ["a": ["$integer": [2, 1]]]])
        == "json: a: integer: the lowest number 2 is above the highest 1")
    for number in ["1.", ".5", "+1", "01", "0x1F", "Infinity", "NaN", "1_0"] {
      #expect(fault(["json": [.number(number)]]) == "json: 0: \(number) is not a number of JSON")
    }
    for number in ["0", "-1.50", "1e9", "0.5E-3", "120"] {
      #expect(fault(["json": [.number(number)]]) == "no error")
    }
    #expect(
      fault(.object([GeneratorMember("email", true_), GeneratorMember("version", 9)]))
        == "version: 'email' has no version 9: this program has version 1")
    #expect(
      fault([
        "range": [
          "type": "daterange", "between": ["2024-01-01", "2024-01-05"], "length": ["9 days", "9 days"],
        ]
      ])
        == "range: length: expected the smallest and the largest length, above 0 and inside of the limits")
  }

  private var true_: GeneratorValue { .bool(true) }

  @Test(
    "in the catalog have examples, unique names, and defaults of the right type", arguments: CatalogEntry.all)
  func catalog(_ entry: CatalogEntry) throws {
    let entry = entry.entry
    let context = GeneratorContext(columns: TestColumn.columns)
    #expect(try GeneratorCatalog.parse(entry.example, context: context).name == entry.name)
    #expect(try GeneratorCatalog.samples(of: entry).count == 3)
    #expect(!entry.summary.isEmpty && !entry.summary.hasSuffix("."))
    #expect(GeneratorCatalog.generators.filter { $0.entry.name == entry.name }.count == 1)
    for option in entry.options {
      #expect(!option.summary.isEmpty && !option.summary.hasSuffix("."))
      if let standard = option.standard {
        _ = try GeneratorOptions(entry, [GeneratorMember(option.name, standard)] + required(entry, option))
      }
    }
    if let shortForm = entry.shortForm { #expect(entry.options.contains { $0.name == shortForm }) }
  }

  /// Values for the other required options, so that only the default is judged.
  private func required(_ entry: GeneratorEntry, _ option: GeneratorOption) -> [GeneratorMember] {
    entry.options.filter { $0.isRequired && $0.name != option.name }.map { other in
      switch other.type {
      case .oneOf(let names): GeneratorMember(other.name, .string(names[0]))
      case .integer(let range): GeneratorMember(other.name, .number("\(range.lowerBound)"))
      case .generator: GeneratorMember(other.name, "word")
      default: GeneratorMember(other.name, "x")
      }
    }
  }

  @Test("can be written as JSON")
  func json() {
    let value: GeneratorValue = [
      "pick": ["a\"b": 1, "c": .null], "list": [.bool(true), .number("1.50"), "x\n"],
    ]
    #expect(value.json == #"{"pick": {"a\"b": 1, "c": null}, "list": [true, 1.50, "x\n"]}"#)
  }

  @Test("of templates read other columns, with filters")
  func templates() throws {
    func value(_ format: String) throws -> String? { try TestColumn(["template": .string(format)]).value(0) }
    #expect(try value("{first} {last}") == "Zoë O’Brien")
    #expect(try value("{first|slug}.{last|slug}@example.com") == "zoe.obrien@example.com")
    #expect(try value("{first|upper}/{first|ascii|lower}/{last|initial}/{{{#}}}") == "ZOË/zoe/O/{1}")
    let column = try TestColumn(["template": "a {first}"])
    #expect(column.column.generator.sources == [1])
    column.removeOthers()
    #expect(column.value(0) == nil)
    let japanese = try TestColumn(["template": "{first|slug}"], .ja)
    japanese.set("first", "佐藤 花子")
    #expect(japanese.value(0) == "sato-hanako")
    #expect(try TestColumn(["country": .bool(true)]).values(2) == TestColumn("country").values(2))
    let inside = try TestColumn(["integer": ["between": [1, 99], "distribution": "zipf"]]).values(9)
    #expect(try TestColumn(["integer": [1, 99], "distribution": "zipf"]).values(9) == inside)
    let german = try TestColumn(["template": "{last|slug}"], .de)
    german.set("last", "Groß-Müller")
    #expect(german.value(0) == "gross-mueller")
  }

  @Test("of JSON keep fixed values and quote strings")
  func documents() throws {
    let column = try TestColumn([
      "json": [
        "fixed": ["a\"b\\\n", 1, .bool(true), .null], "price": "$$5", "kind": ["$pick": ["x\"y"]],
        "n": ["$sequence": 3],
        "none": .object([GeneratorMember("$word", .bool(true)), GeneratorMember("null", 1)]),
      ]
    ])
    #expect(
      column.value(1)
        == #"{"fixed": ["a\"b\\\n", 1, true, null], "price": "$5", "kind": "x\"y", "n": 4, "none": null}"#)
  }

  @Test("of JSON can have arrays, options next to the generator, and keys with dollar signs")
  func jsonArrays() throws {
    let column = try TestColumn([
      "json": [
        "list": ["$array": ["of": ["pick": ["a", .null]]], "count": 3],
        "$$ref": ["$sequence": 1, "step": 5, "null": 0],
        "empty": [:],
      ]
    ])
    let value = try #require(column.value(2))
    #expect(value.hasSuffix(#"], "$ref": 11, "empty": {}}"#), "\(value)")
    #expect(value.replacing("null", with: "\"a\"").hasPrefix(#"{"list": ["a","a","a"]"#), "\(value)")
  }

  @Test("can use generators of the caller, inside of others as well")
  func factories() throws {
    struct Reference: Generator {
      static let entry = GeneratorEntry(
        "reference", "Rows of another table", kind: .number,
        options: [GeneratorOption("table", .string, isRequired: true, "Table")], shortForm: "table")
      func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
        text.append(contentsOf: "\(row.random.below(3, at: 0) + 7)".utf8)
        return true
      }
    }
    var context = GeneratorContext()
    context.factories = [GeneratorFactory(Reference.entry) { _, _ throws(GeneratorFault) in Reference() }]
    let spec = try GeneratorCatalog.parse(
      ["array": ["of": ["reference": "country"], "count": 2]], context: context)
    let column = try GeneratedColumn(table: "t", column: "c", seed: 1, spec: spec)
    var text: [UInt8] = []
    #expect(column.append(row: 0, to: &text))
    #expect(try String(decoding: text, as: UTF8.self).contains(Regex(#"^\{[789],[789]\}$"#)))
    #expect(throws: GeneratorFault.self) { try GeneratorCatalog.parse("reference", context: context) }
  }

  @Test("of arrays quote elements where necessary")
  func arrays() throws {
    func value(_ element: String) throws -> String? {
      try TestColumn(["array": ["of": ["pick": [.string(element)]], "count": 1]]).value(0)
    }
    #expect(try value("word") == "{word}")
    #expect(try value("null") == #"{"null"}"#)
    #expect(try value("") == #"{""}"#)
    #expect(try value(#"a"b\c, {d}"#) == #"{"a\"b\\c, {d}"}"#)
    #expect(
      try TestColumn(["array": ["of": ["pick": [.null, .null]], "count": 2]]).value(0) == "{NULL,NULL}")
    #expect(try TestColumn(["array": ["of": "word", "count": 0]]).value(0) == "{}")
  }

  @Test("of text have the wanted number of characters", arguments: GeneratorLocale.allCases)
  func lengths(locale: GeneratorLocale) throws {
    for range in [1...1, 5...20, 20...20, 100...120, 300...1000] {
      let definition: GeneratorValue = [
        "text": [.number("\(range.lowerBound)"), .number("\(range.upperBound)")]
      ]
      for value in try TestColumn(definition, locale).values(100) {
        #expect(range.contains(value.unicodeScalars.count), "\(value)")
        #expect(value.last != " " && value.first != " ")
      }
    }
  }

  @Test("of ranges are never empty, unless that is wanted")
  func ranges() throws {
    let column = try TestColumn(["range": ["type": "int4range", "between": [1, 10]]])
    for value in column.values(500) {
      let ends = value.dropFirst().dropLast().split(separator: ",").compactMap { Int($0) }
      #expect(ends.count == 2 && ends[0] < ends[1] && ends[0] >= 1 && ends[1] <= 10, "\(value)")
    }
    let empty = try TestColumn(["range": ["type": "int4range", "between": [1, 10], "empty": .number("0.5")]])
    #expect((150..<350).contains(empty.values(500).filter { $0 == "empty" }.count))
  }
}
