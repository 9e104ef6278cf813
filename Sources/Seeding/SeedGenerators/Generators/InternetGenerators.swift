/// Texts of words with hyphens.
struct SlugGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "slug",
    "Lower-case ASCII words joined by hyphens. A unique column adds a number once all "
      + "combinations are used",
    options: [GeneratorOption("words", .integer(1...5), default: 3, "Number of words")], shortForm: "words")

  private let slug: Slug
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    slug = Slug(context.locale, words: options.integer("words") ?? 3)
    values = slug.values()
  }

  func longest(below end: Int) -> Int? { slug.longest(below: end) }

  func append(nth number: Int, to text: inout [UInt8]) { slug.append(number, to: &text) }
}

/// Words with hyphens, then a number from the second tier on.
struct Slug: Sendable {
  private let words: WordList
  private let count: Int
  private let base: Int

  init(_ locale: GeneratorLocale, words count: Int) {
    words = locale.data.words.latin
    self.count = count
    base = (0..<count).reduce(1) { [words] product, _ in product * words.count }
  }

  /// The domain, if something else has `factor` values for each slug.
  func values(factor: Int = 1) -> ValueDomain {
    ValueDomain(tiers: [base * factor, base * factor * 900_000])
  }

  /// The number of characters of the longest slug with a number below `end`.
  func longest(below end: Int) -> Int {
    count * (words.longest + 1) - 1 + (end > base ? 1 + Digits.count((end - 1) / base + 1) : 0)
  }

  func append(_ number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    for index in 0..<count {
      if index > 0 { text.append(ascii: "-") }
      words.append(digits.next(words.count), to: &text)
    }
    guard digits.rest > 0 else { return }
    text.append(ascii: "-")
    text.append(decimal: digits.rest + 1)
  }
}

/// Names of hosts.
struct DomainGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "domain", "Host names in the reserved top-level domain `.example` (RFC 2606)")

  private let slug: Slug
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    slug = Slug(context.locale, words: 2)
    values = slug.values()
  }

  func longest(below end: Int) -> Int? { slug.longest(below: end) + 8 }

  func append(nth number: Int, to text: inout [UInt8]) {
    slug.append(number, to: &text)
    text.append(literal: ".example")
  }
}

/// Addresses of web pages.
struct URLGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "url", "Addresses of pages at www.example.com, www.example.org and www.example.net")

  private let slug: Slug
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    slug = Slug(context.locale, words: 3)
    values = slug.values(factor: CommonLists.domains.count)
  }

  func longest(below end: Int) -> Int? {
    let domains = CommonLists.domains
    return 12 + domains.longest + 1 + slug.longest(below: (end - 1) / domains.count + 1)
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    text.append(literal: "https://www.")
    CommonLists.domains.append(digits.next(CommonLists.domains.count), to: &text)
    text.append(ascii: "/")
    slug.append(digits.rest, to: &text)
  }
}

/// Names of files.
struct FilenameGenerator: NumberedGenerator {
  static let entry = GeneratorEntry("filename", "File names: two words and an extension")

  private let slug: Slug
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    slug = Slug(context.locale, words: 2)
    values = slug.values(factor: CommonLists.extensions.count)
  }

  func longest(below end: Int) -> Int? {
    let extensions = CommonLists.extensions
    return slug.longest(below: (end - 1) / extensions.count + 1) + 1 + extensions.longest
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    var digits = MixedRadix(number)
    let suffix = digits.next(CommonLists.extensions.count)
    slug.append(digits.rest, to: &text)
    text.append(ascii: ".")
    CommonLists.extensions.append(suffix, to: &text)
  }
}

/// Addresses of IPv4.
struct IPv4Generator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "ip.v4",
    "IPv4 addresses from the documentation ranges (RFC 5737) or from the private range "
      + "10.0.0.0/8",
    options: [
      GeneratorOption(
        "range", .oneOf(["documentation", "private"]), default: "documentation", "Range of the addresses")
    ], shortForm: "range")

  private let isPrivate: Bool

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    isPrivate = options.string("range") == "private"
  }

  var values: ValueDomain { ValueDomain(size: isPrivate ? 1 << 24 : 3 << 8) }

  func longest(below end: Int) -> Int? { 15 }

  func append(nth number: Int, to text: inout [UInt8]) {
    if isPrivate {
      text.append(literal: "10.")
      text.append(decimal: number >> 16)
      text.append(ascii: ".")
      text.append(decimal: number >> 8 & 255)
      text.append(ascii: ".")
    } else {
      switch number >> 8 {
      case 0: text.append(literal: "192.0.2.")
      case 1: text.append(literal: "198.51.100.")
      default: text.append(literal: "203.0.113.")
      }
    }
    text.append(decimal: number & 255)
  }
}

/// Addresses of IPv6.
struct IPv6Generator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "ip.v6", "IPv6 addresses from the documentation range 2001:db8::/32 (RFC 3849)")

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {}

  /// The number is in the last 60 bits.
  var uniqueness: Uniqueness { .domain(ValueDomain(size: 1 << 60)) }

  func longest(below end: Int) -> Int? { 39 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    append(row.random[0] >> 32, row.random[1], to: &text)
    return true
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    // The first bits are not zero, so that no address needs `::`.
    append(0x8000_8000, UInt64(number) | 0x8000 << 48, to: &text)
  }

  private func append(_ high: UInt64, _ low: UInt64, to text: inout [UInt8]) {
    text.append(literal: "2001:db8")
    for group in [high >> 16, high, low >> 48, low >> 32, low >> 16, low] {
      text.append(ascii: ":")
      let value = group & 0xFFFF
      text.append(hex: value, digits: value > 0xFFF ? 4 : value > 0xFF ? 3 : value > 0xF ? 2 : 1)
    }
  }
}

/// Addresses of network cards.
struct MACGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "mac", "Locally administered MAC addresses, which no manufacturer assigns"
  )

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {}

  /// Two of the 48 bits are fixed.
  var values: ValueDomain { ValueDomain(size: 1 << 46) }

  func longest(below end: Int) -> Int? { 17 }

  func append(nth number: Int, to text: inout [UInt8]) {
    let number = UInt64(number)
    text.append(hex: (number >> 40) << 2 | 2, digits: 2)
    for byte in 1...5 {
      text.append(ascii: ":")
      text.append(hex: number >> UInt64(40 - byte * 8), digits: 2)
    }
  }
}

/// User agents of browsers.
struct UserAgentGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "user_agent", "User agents of common browsers, with versions from 100 to 139")

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {}

  func longest(below end: Int) -> Int? {
    CommonLists.userAgents.map { $0.length + 3 * $0.places }.max() ?? 0
  }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    let patterns = CommonLists.userAgents
    let version = 100 + row.random.below(40, at: 1)
    patterns[row.random.below(patterns.count, at: 0)].append(to: &text) { _, text in
      text.append(decimal: version)
    }
    return true
  }
}
