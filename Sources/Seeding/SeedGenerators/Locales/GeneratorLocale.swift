/// A language of names, places and texts.
package enum GeneratorLocale: String, Sendable, CaseIterable {
  /// English, with places of the United States.
  case en
  /// German, with places of Germany.
  case de
  /// French, with places of France.
  case fr
  /// Spanish, with places of Spain.
  case es
  /// Japanese, with places of Japan.
  case ja

  /// The lists of the language.
  var data: LocaleData {
    switch self {
    case .en: .en
    case .de: .de
    case .fr: .fr
    case .es: .es
    case .ja: .ja
    }
  }
}

/// The lists of a language. They are written for this program. Changing a list changes values, so every generator that
/// uses it needs a higher version then.
struct LocaleData: Sendable {
  let locale: GeneratorLocale
  let firstNames: NameList
  let lastNames: NameList
  let places: Places
  /// Names of streets, without numbers.
  let streets: WordList
  /// Nouns.
  let words: NameList
  let products: WordList
  let colors: WordList
  /// Legal forms of companies, with `#` for the name.
  let companies: [WordPattern]
  /// Sentences, with `#` for nouns.
  let sentences: [WordPattern]
  /// Headings of documents, with `#` for nouns.
  let headings: [WordPattern]
  /// Between the sentences of a paragraph.
  let sentenceSpace: String
  /// Between words that are not a sentence.
  let wordSpace: String

  init(
    _ locale: GeneratorLocale, firstNames: String, lastNames: String, cities: String, streets: String,
    regions: String, words: String, products: String, colors: String, companies: String, sentences: String,
    headings: String
  ) {
    self.locale = locale
    self.firstNames = NameList(firstNames, locale)
    self.lastNames = NameList(lastNames, locale)
    places = Places(cities: cities, regions: regions)
    self.streets = WordList(streets)
    self.words = NameList(words, locale)
    self.products = WordList(products)
    self.colors = WordList(colors)
    self.companies = WordPattern.read(companies)
    self.sentences = WordPattern.read(sentences)
    self.headings = WordPattern.read(headings)
    sentenceSpace = locale == .ja ? "" : " "
    wordSpace = " "
  }
}

/// A text with places for words.
struct WordPattern: Sendable {
  /// The fixed text before, between and after the places.
  private let parts: [[UInt8]]

  /// The number of places.
  var places: Int { parts.count - 1 }

  /// The number of characters without the words.
  let length: Int

  private init(_ text: Substring) {
    length = text.unicodeScalars.filter { $0 != "#" }.count
    parts = text.utf8.split(separator: 0x23, omittingEmptySubsequences: false).map(Array.init)
  }

  /// Reads one pattern per line.
  static func read(_ text: String) -> [WordPattern] {
    text.split(separator: "\n").map(WordPattern.init)
  }

  /// Appends the text. The closure appends the word for a place.
  func append(to text: inout [UInt8], word: (Int, inout [UInt8]) -> Void) {
    for (index, part) in parts.enumerated() {
      if index > 0 { word(index - 1, &text) }
      text.append(contentsOf: part)
    }
  }
}
