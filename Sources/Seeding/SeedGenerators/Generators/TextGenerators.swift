/// Words and sentences of a language.
struct Prose: Sendable {
  private let data: LocaleData

  init(_ locale: GeneratorLocale) { data = locale.data }

  var wordCount: Int { data.words.names.count }

  var longestWord: Int { data.words.names.longest }

  var longestSentence: Int { data.sentences.map { $0.length + $0.places * longestWord }.max() ?? 0 }

  func append(word: Int, to text: inout [UInt8]) { data.words.names.append(word, to: &text) }

  /// Appends words with spaces.
  func append(words count: Int, _ random: CounterRandom, to text: inout [UInt8]) {
    for index in 0..<count {
      if index > 0 { text.append(contentsOf: data.wordSpace.utf8) }
      append(word: random.below(wordCount, at: index), to: &text)
    }
  }

  /// Appends a sentence.
  func append(sentence random: CounterRandom, to text: inout [UInt8]) {
    append(data.sentences, random, to: &text)
  }

  /// Appends a heading.
  func append(heading random: CounterRandom, to text: inout [UInt8]) {
    append(data.headings, random, to: &text)
  }

  /// Appends sentences.
  func append(sentences count: Int, _ random: CounterRandom, to text: inout [UInt8]) {
    for index in 0..<count {
      if index > 0 { text.append(contentsOf: data.sentenceSpace.utf8) }
      append(sentence: random.part(UInt64(index)), to: &text)
    }
  }

  private func append(_ patterns: [WordPattern], _ random: CounterRandom, to text: inout [UInt8]) {
    patterns[random.below(patterns.count, at: 0)].append(to: &text) { place, text in
      append(word: random.below(wordCount, at: place + 1), to: &text)
    }
  }
}

/// Single words.
struct WordGenerator: NumberedGenerator {
  static let entry = GeneratorEntry("word", "Nouns")

  private let prose: Prose

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    prose = Prose(context.locale)
  }

  var values: ValueDomain { ValueDomain(size: prose.wordCount) }

  func longest(below end: Int) -> Int? { prose.longestWord }

  func append(nth number: Int, to text: inout [UInt8]) { prose.append(word: number, to: &text) }
}

extension CounterRandom {
  /// A number in a range.
  @inline(__always)
  func number(in range: ClosedRange<Int>, at place: Int) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1, at: place)
  }
}

/// Several words.
struct WordsGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "words", "Several nouns separated by spaces",
    options: [GeneratorOption("count", .count(1...10_000), default: [2, 4], "Number of words")],
    shortForm: "count")

  private let prose: Prose
  private let count: ClosedRange<Int>

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    prose = Prose(context.locale)
    count = try options.count("count") ?? 2...4
  }

  func longest(below end: Int) -> Int? { count.upperBound * (prose.longestWord + 1) - 1 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    prose.append(words: row.random.number(in: count, at: 0), row.random.part(1), to: &text)
    return true
  }
}

/// Sentences.
struct SentenceGenerator: CatalogGenerator {
  static let entry = GeneratorEntry("sentence", "Sentences")

  private let prose: Prose

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    prose = Prose(context.locale)
  }

  func longest(below end: Int) -> Int? { prose.longestSentence }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    prose.append(sentence: row.random, to: &text)
    return true
  }
}

/// Paragraphs.
struct ParagraphGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "paragraph", "Several sentences",
    options: [GeneratorOption("sentences", .count(1...1_000), default: [3, 6], "Number of sentences")],
    shortForm: "sentences")

  private let prose: Prose
  private let count: ClosedRange<Int>

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    prose = Prose(context.locale)
    count = try options.count("sentences") ?? 3...6
  }

  func longest(below end: Int) -> Int? { count.upperBound * (prose.longestSentence + 1) - 1 }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    prose.append(sentences: row.random.number(in: count, at: 0), row.random.part(1), to: &text)
    return true
  }
}

/// Texts with a number of characters in a range.
struct TextGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "text",
    "Sentences with a given number of characters. The last sentence is cut, after a word if "
      + "possible",
    options: [GeneratorOption("length", .count(1...1_000_000), default: [50, 200], "Number of characters")],
    shortForm: "length")

  private let prose: Prose
  private let length: ClosedRange<Int>
  private let space: Int

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    prose = Prose(context.locale)
    length = try options.count("length") ?? 50...200
    space = context.locale == .ja ? 0 : 1
  }

  func longest(below end: Int) -> Int? { length.upperBound }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    let wanted = row.random.number(in: length, at: 0)
    let start = text.count
    var characters = 0
    var number: UInt64 = 1
    while characters < wanted {
      let sentence = text.count
      if number > 1 && space > 0 { text.append(ascii: " ") }
      prose.append(sentence: row.random.part(number), to: &text)
      characters += Self.scalars(text[sentence...])
      number += 1
    }
    if characters > wanted {
      Self.cut(&text, from: start, excess: characters - wanted, atLeast: length.lowerBound)
    }
    return true
  }

  /// PostgreSQL counts code points.
  private static func scalars(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  private static func cut(_ text: inout [UInt8], from start: Int, excess: Int, atLeast: Int) {
    func removeLastScalar() {
      while let byte = text.popLast(), byte & 0xC0 == 0x80 {}
    }
    for _ in 0..<excess { removeLastScalar() }
    // A character is left in any case, because the length is at least 1.
    var characters = scalars(text[start...])
    let end = text.count
    if let gap = text[start...].lastIndex(of: 0x20), gap > start {
      characters -= scalars(text[gap..<end])
      if characters >= atLeast {
        text.removeSubrange(gap...)
        return
      }
    }
    // A space at the end would be lost in a `char(n)` column.
    if text.last == 0x20 { text[text.count - 1] = 0x2E }
  }
}

/// Documents in Markdown.
struct MarkdownGenerator: CatalogGenerator {
  static let entry = GeneratorEntry(
    "markdown", "Markdown documents with headings, paragraphs, lists and code blocks",
    options: [GeneratorOption("sections", .count(1...100), default: [1, 3], "Number of sections")],
    shortForm: "sections")

  private let prose: Prose
  private let count: ClosedRange<Int>

  init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    prose = Prose(context.locale)
    count = try options.count("sections") ?? 1...3
  }

  func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    for index in 0..<row.random.number(in: count, at: 0) {
      let random = row.random.part(UInt64(index))
      text.append(literal: index == 0 ? "# " : "\n\n## ")
      prose.append(heading: random.part(1), to: &text)
      text.append(literal: "\n\n")
      prose.append(sentences: random.number(in: 2...4, at: 0), random.part(2), to: &text)
      // A list, code, or both.
      let kind = random.below(3, at: 1)
      if kind != 1 {
        text.append(ascii: "\n")
        for item in 0..<random.number(in: 2...4, at: 2) {
          text.append(literal: "\n- ")
          prose.append(words: 2, random.part(UInt64(10 + item)), to: &text)
        }
      }
      if kind != 0 {
        text.append(literal: "\n\n")
        text.append(literal: CommonLists.code[random.below(CommonLists.code.count, at: 3)])
      }
    }
    return true
  }
}
