import SeedGenerators
import Testing

@Suite("Random definitions")
struct DefinitionFuzzTests {
  /// Values that are likely to be at a limit.
  private static let pool: [GeneratorValue] = [
    0, 1, -1, 2, 7, 18, 19, 100, .number("0.5"), .number("1e3"), .number("-0.25"), .number("1e308"),
    .number("-1e308"),
    .number("9223372036854775807"), .number("-9223372036854775808"), .number("9223372036854775808"),
    .number("1e-320"),
    "", "a", "{", "}", "{#}", "{city}", "{created_at|slug}", "#", "\\", "?#?#", "0001-01-01", "9999-12-31",
    "2024-02-29",
    "2024-02-28 23:59:59.999999+15:59", "00:00", "24:00", "0 days", "1 day", "1000000 days", "1 microsecond",
    "city",
    "created_at", "uniform", "normal", "exponential", "zipf", "de", "ja", "word", "$word", "$$", "day",
    "microsecond",
    "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange", "hex", "iso2", "private",
    .null,
    .bool(true), .bool(false), [], [0, 0], [1, 5], [5, 1], [0, 24], [9, 10], [23, 24],
    [0, .number("9223372036854775807")],
    [.number("-9223372036854775808"), .number("9223372036854775807")],
    [.number("-9223372036854775808"), .number("-9223372036854775807")],
    [.number("-1e308"), .number("1e308")],
    [.number("-999999999999999999"), .number("999999999999999999")], ["0001-01-01", "9999-12-31"],
    ["2024-01-01 00:00:00.000001", "2024-01-01 00:00:00.000002"], ["1969-12-31 23:59:59", "1970-01-01"],
    ["00:00", "24:00"],
    ["0 seconds", "1000000 days"], ["a", "b", "a"], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0],
    [1000, 1, 1, 1, 1, 1, 1],
    ["a": 1, "b": 0], ["integer": [1, 2]], ["array": ["of": "word"]], ["$integer": [1, 2], "null": 1], [:],
  ]

  @Test("make values or throw an error, but never stop the program", arguments: CatalogEntry.all)
  func definitions(_ entry: CatalogEntry) throws {
    let entry = entry.entry
    var accepted = 0
    for attempt in 0..<300 {
      let random = CounterRandom(seed: 5, stream: StreamKey.hash([entry.name]), index: UInt64(attempt))
      func any(_ place: Int) -> GeneratorValue { Self.pool[random.below(Self.pool.count, at: place)] }
      var members: [GeneratorMember] = []
      for (place, option) in entry.options.enumerated()
      where option.isRequired || random.below(3, at: 100 + place) == 0 {
        // The example's value often, because otherwise most definitions are refused early.
        let example: GeneratorValue? =
          if case .object(let parts) = entry.example, case .object(let options)? = parts.first?.value {
            options.first { $0.key == option.name }?.value
          } else {
            nil
          }
        let isUsual = random.below(3, at: 200 + place) == 0
        members.append(
          GeneratorMember(option.name, isUsual ? example ?? option.standard ?? any(place) : any(place)))
      }
      let main = entry.takesAnyValue ? any(50) : .object(members)
      var definition = [GeneratorMember(entry.name, main)]
      if random.below(4, at: 51) == 0 { definition.append(GeneratorMember("null", .number("0.5"))) }
      if random.below(4, at: 52) == 0 { definition.append(GeneratorMember("locale", "ja")) }
      do {
        let isUnique = random.below(3, at: 53) == 0
        let column = try TestColumn(.object(definition), isUnique: isUnique)
        accepted += 1
        let limit = column.column.rowLimit ?? .max
        for row in [0, 1, 2, 999, 1 << 40, limit / 2, limit - 2, limit - 1] where row >= 0 && row < limit {
          let value = column.bytes(row)
          if let longest = column.column.longest(rows: limit), let value {
            #expect(
              String(decoding: value, as: UTF8.self).unicodeScalars.count <= longest,
              "\(GeneratorValue.object(definition).json)")
          }
        }
      } catch is GeneratorFault {
        continue
      }
    }
    #expect(accepted > 0)
  }
}
