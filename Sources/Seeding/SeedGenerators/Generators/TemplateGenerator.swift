/// Texts composed of other columns of the row.
struct TemplateGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "template",
    "Text composed of other columns, such as `{first|slug}@example.com`. `{#}` is the row "
      + "number, starting at 1, and `{{` is a literal brace. The filters are `lower`, `upper`, "
      + "`ascii`, `slug` and `initial`. The text is NULL if a column is NULL",
    options: [GeneratorOption("format", .string, isRequired: true, "Template")], shortForm: "format",
    example: ["template": "ticket-{#}"])

  private enum Piece: Sendable {
    case text([UInt8])
    case number
    case column(Int, [Filter])
  }

  private enum Filter: String, CaseIterable {
    case lower, upper, ascii, slug, initial
  }

  private let pieces: [Piece]
  private let locale: GeneratorLocale
  let sources: [Int]

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    locale = context.locale
    do {
      pieces = try Self.parse(options.string("format") ?? "", context.columns)
    } catch {
      throw error.inside("format")
    }
    sources = pieces.compactMap { if case .column(let index, _) = $0 { index } else { nil } }
  }

  /// The texts are distinct if the row number can be read back: on one side of it there is only fixed text, and the
  /// fixed text on the other side keeps digits of other columns apart from it.
  var uniqueness: Uniqueness {
    let isNumber = pieces.map { if case .number = $0 { true } else { false } }
    guard isNumber.filter({ $0 }).count == 1, let place = isNumber.firstIndex(of: true) else { return .none }
    let before = pieces[..<place]
    let after = pieces[(place + 1)...]
    let isRecovered =
      (Self.isFixed(after) && !Self.mayBeDigit(before.last) { $0.last })
      || (Self.isFixed(before) && !Self.mayBeDigit(after.first) { $0.first })
    return isRecovered ? .rows(limit: Int.max - 1) : .none
  }

  private static func isFixed(_ pieces: ArraySlice<Piece>) -> Bool {
    pieces.allSatisfy { if case .text = $0 { true } else { false } }
  }

  private static func mayBeDigit(_ neighbor: Piece?, _ byte: ([UInt8]) -> UInt8?) -> Bool {
    switch neighbor {
    case nil: false
    case .text(let bytes): byte(bytes).map { (0x30...0x39).contains($0) } ?? false
    default: true
    }
  }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    let start = text.count
    for piece in pieces {
      switch piece {
      case .text(let bytes): text.append(contentsOf: bytes)
      case .number: text.append(decimal: row.row + 1)
      case .column(let index, let filters):
        let isPresent = row.others?.withValue(index) { value in
          guard let value else { return false }
          if filters.isEmpty {
            text.append(contentsOf: value)
          } else {
            let result = filters.reduce(String(decoding: value, as: UTF8.self)) { apply($1, to: $0) }
            text.append(contentsOf: result.utf8)
          }
          return true
        }
        guard isPresent == true else {
          text.removeSubrange(start...)
          return false
        }
      }
    }
    return true
  }

  private func apply(_ filter: Filter, to value: String) -> String {
    switch filter {
    case .lower: value.lowercased()
    case .upper: value.uppercased()
    case .ascii: Latin.transliterate(value, locale)
    case .slug: Latin.slug(value, locale)
    case .initial: String(value.prefix(1))
    }
  }

  private static func parse(_ format: String, _ columns: [String]) throws(GeneratorFault) -> [Piece] {
    var pieces: [Piece] = []
    var plain: [UInt8] = []
    var rest = format[...]
    while let character = rest.popFirst() {
      guard character == "{" || character == "}" else {
        plain.append(contentsOf: character.utf8)
        continue
      }
      if rest.first == character {
        rest.removeFirst()
        plain.append(contentsOf: character.utf8)
        continue
      }
      guard character == "{", let end = rest.firstIndex(of: "}") else {
        throw GeneratorFault(
          "a '\(character)' has no counterpart: write '\(character)\(character)' for the character")
      }
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = []
      pieces.append(try piece(rest[..<end], columns))
      rest = rest[rest.index(after: end)...]
    }
    if !plain.isEmpty { pieces.append(.text(plain)) }
    return pieces
  }

  private static func piece(
    _ text: Substring, _ columns: [String]
  ) throws(GeneratorFault) -> Piece {
    if text == "#" { return .number }
    let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard let index = columns.firstIndex(of: parts[0]) else {
      throw GeneratorFault("the table has no generated column '\(parts[0])'")
    }
    var filters: [Filter] = []
    for part in parts.dropFirst() {
      guard let filter = Filter(rawValue: part) else {
        let names = Filter.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        throw GeneratorFault("unknown filter '\(part)': expected one of \(names)")
      }
      filters.append(filter)
    }
    return .column(index, filters)
  }
}
