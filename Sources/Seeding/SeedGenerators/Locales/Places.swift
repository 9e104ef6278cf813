/// Cities with the first digits of their postal codes and the regions in which they are.
struct Places: Sendable {
  /// The names of the cities.
  let cities: WordList
  /// The names of the regions.
  let regions: WordList
  /// The first digits of the postal codes of each city.
  let prefixes: WordList
  /// The position of the region of each city.
  let regionOfCity: [Int]

  private let positions: [String: Int]

  /// Reads lists of places.
  ///
  /// - Parameters:
  ///   - cities: `Berlin:10`, with a romanization `札幌市=Sapporo:060`.
  ///   - regions: `Berlin:10 12-13`. Every city needs a region with its digits.
  init(cities: String, regions: String) {
    var names: [Substring] = []
    var prefixes: [Substring] = []
    for entry in WordList.split(cities) {
      let parts = entry.split(separator: ":")
      names.append(parts[0].split(separator: "=")[0])
      prefixes.append(parts[1])
    }
    var regionNames: [Substring] = []
    var ranges: [(ClosedRange<Int>, Int)] = []
    for (index, entry) in WordList.split(regions).enumerated() {
      let parts = entry.split(separator: ":")
      regionNames.append(parts[0])
      for range in parts[1].split(separator: " ") {
        let ends = range.split(separator: "-").compactMap { Int($0) }
        ranges.append((ends[0]...ends[ends.count - 1], index))
      }
    }
    self.cities = WordList(names)
    self.regions = WordList(regionNames)
    self.prefixes = WordList(prefixes)
    regionOfCity = prefixes.map { prefix in
      ranges.first { range, _ in Int(prefix).map(range.contains) ?? false }?.1 ?? 0
    }
    positions = Dictionary(
      names.enumerated().map { (String($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// The position of a city; nil if it is not in the list.
  func city(_ name: UnsafeBufferPointer<UInt8>) -> Int? { positions[String(decoding: name, as: UTF8.self)] }
}

/// A city that another column of the row contains.
struct CityColumn: Sendable {
  /// The option that names the column.
  static let option = GeneratorOption(
    "city", .string, "Column with the city. The value matches the city and is NULL if the city is NULL")

  private let column: Int
  private let places: Places

  /// The position of the column.
  var sources: [Int] { [column] }

  /// Reads the option `city`; nil if it is absent.
  init?(_ options: GeneratorOptions, _ context: GeneratorContext) throws(GeneratorFault) {
    guard let name = options.string("city") else { return nil }
    guard let column = context.columns.firstIndex(of: name) else {
      throw GeneratorFault(path: ["city"], "the table has no generated column '\(name)'")
    }
    self.column = column
    places = context.locale.data.places
  }

  /// The city of a row.
  enum Found {
    /// NULL.
    case null
    /// A city that is not in the list.
    case unknown
    /// The position of the city.
    case known(Int)
  }

  func city(_ row: borrowing GeneratedRow) -> Found {
    row.others?.withValue(column) { name in
      guard let name else { return Found.null }
      return places.city(name).map(Found.known) ?? .unknown
    } ?? .null
  }
}
