/// Telephone numbers that are reserved for fiction.
///
/// - `US`: 555-0100 to 555-0199 in every area code (North American Numbering Plan, 555 Line Number Assignment
///   Guidelines).
/// - `GB`: the numbers that Ofcom reserves for drama: 020 7946 0xxx, 0113 496 0xxx, 07700 900xxx and others.
/// - `DE`: the numbers for media productions of the Bundesnetzagentur (announcement 148/2021): (0)30 23125-xxx and the
///   ones of Frankfurt, Hamburg, Cologne and Munich.
/// - `FR`: the numbers for audiovisual works in Arcep's numbering plan (decision 2018-0881): 01 99 00 xx xx and others.
///
/// Spain and Japan have no such numbers, so their languages use those of the United States.
struct PhoneGenerator: NumberedGenerator {
  static let entry = GeneratorEntry(
    "phone",
    "Telephone numbers reserved for fiction: German ones for `de`, French ones for `fr`, "
      + "otherwise those of the United States (555-01xx). A unique column adds an extension once "
      + "all numbers are used",
    options: [
      GeneratorOption(
        "country", .oneOf(["US", "GB", "DE", "FR"]), "Country of the numbers; by default that of the locale")
    ])

  private let prefixes: WordList
  /// The digits after the prefix. Two of French numbers are separated by a space.
  private let digits: Int
  private let isFrench: Bool
  let values: ValueDomain

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    let country = options.string("country") ?? [.de: "DE", .fr: "FR"][context.locale] ?? "US"
    isFrench = country == "FR"
    switch country {
    case "DE":
      prefixes = WordList("+49 30 23125,+49 69 90009,+49 40 66969,+49 221 4710,+49 89 99998")
      digits = 3
    case "FR":
      prefixes = WordList("+33 1 99 00 ,+33 2 61 91 ,+33 3 53 01 ,+33 4 65 71 ,+33 5 36 49 ,+33 6 39 98 ")
      digits = 4
    case "GB":
      prefixes = WordList(
        "+44 20 7946 0,+44 113 496 0,+44 114 496 0,+44 115 496 0,+44 116 496 0,+44 117 496 0,+44 118 496 0,"
          + "+44 121 496 0,+44 131 496 0,+44 141 496 0,+44 151 496 0,+44 161 496 0,+44 191 498 0,+44 7700 900"
      )
      digits = 3
    default:
      // Area codes do not begin with 0 or 1, have no 9 in the middle, and do not end in 11.
      prefixes = WordList(
        (200..<1000).filter { $0 / 10 % 10 != 9 && $0 % 100 != 11 }.map { "+1 \($0)-555-01" })
      digits = 2
    }
    let numbers = prefixes.count * (0..<digits).reduce(1) { product, _ in product * 10 }
    values = ValueDomain(tiers: [numbers, numbers * 999_999])
  }

  func longest(below end: Int) -> Int? {
    prefixes.longest + (isFrench ? 5 : digits)
      + (end > values.ends[0] ? 2 + Digits.count(end / values.ends[0]) : 0)
  }

  func append(nth number: Int, to text: inout [UInt8]) {
    var rest = MixedRadix(number)
    prefixes.append(rest.next(prefixes.count), to: &text)
    if isFrench {
      text.append(digits: UInt(rest.next(100)), width: 2)
      text.append(ascii: " ")
      text.append(digits: UInt(rest.next(100)), width: 2)
    } else {
      text.append(digits: UInt(rest.next(digits == 2 ? 100 : 1000)), width: digits)
    }
    guard rest.rest > 0 else { return }
    text.append(literal: " x")
    text.append(decimal: rest.rest)
  }
}
