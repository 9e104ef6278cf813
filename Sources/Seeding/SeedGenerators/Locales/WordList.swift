/// A list of words or names in one array of bytes, which needs no string per word.
struct WordList: Sendable {
  private let bytes: [UInt8]
  private let ends: [Int]
  /// The number of characters of the longest word.
  let longest: Int

  /// The number of words.
  var count: Int { ends.count }

  init(_ words: [some StringProtocol]) {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for word in words {
      bytes.append(contentsOf: word.utf8)
      ends.append(bytes.count)
    }
    self.bytes = bytes
    self.ends = ends
    longest = words.map { $0.unicodeScalars.count }.max() ?? 0
  }

  /// Reads words separated by commas or line breaks.
  init(_ text: String) {
    self.init(Self.split(text))
  }

  static func split(_ text: String) -> [Substring] {
    text.split { $0 == "," || $0 == "\n" }
  }

  /// The words.
  var strings: [String] { (0..<count).map { String(decoding: bytes[range($0)], as: UTF8.self) } }

  /// Appends a word.
  @inline(__always)
  func append(_ index: Int, to text: inout [UInt8]) {
    text.append(bytes, range(index))
  }

  private func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }
}

/// Words or names with a Latin form for addresses and identifiers.
struct NameList: Sendable {
  /// The names in the script of the language.
  let names: WordList
  /// The distinct Latin forms: lower case, letters and digits only.
  let latin: WordList

  /// Reads names separated by commas or line breaks. A name in another script has its Latin form after `=`.
  init(_ text: String, _ locale: GeneratorLocale) {
    var names: [Substring] = []
    var latin: [String] = []
    var known: Set<String> = []
    for entry in WordList.split(text) {
      let parts = entry.split(separator: "=", maxSplits: 1)
      names.append(parts[0])
      let form = Latin.letters(String(parts[parts.count - 1]), locale)
      if known.insert(form).inserted { latin.append(form) }
    }
    self.names = WordList(names)
    self.latin = WordList(latin)
  }

  /// The entries with another Latin form: name and form.
  static func romanized(_ text: String) -> [(String, String)] {
    WordList.split(text).compactMap { entry in
      let parts = entry.split(separator: "=", maxSplits: 1)
      // The digits of a postal code can follow.
      return parts.count == 2 ? (String(parts[0]), String(parts[1].prefix { $0 != ":" })) : nil
    }
  }
}
