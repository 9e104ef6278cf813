import Postgres

/// The exact terms of a text: error codes, identifiers and versions, such as `55P03`, `ERR_REQUIRE_ESM`, `useEffect`
/// and `1.4.1`.
///
/// A term is a sequence of ASCII letters, digits and underscores that is not an ordinary word: it has a digit, an
/// underscore, or a capital after the first letter. A dot between digits is part of it. Sequences of 65 or more
/// characters, such as encoded data, are ignored.
///
/// The expression index `ix_traces_exact_terms` has the terms of all traces. It depends on no text search
/// configuration and no locale.
public struct ExactTerms: Hashable, Sendable {
  /// The terms of a search that are looked up. A pasted log has more, but the first ones by ``isBefore(_:_:)`` suffice.
  static let maximumCount = 8
  /// A term in more traces than this is not selective and is ignored. This also limits the cost of a search.
  static let maximumTraces = 100
  /// Up to this length, a sequence of characters can be a term. The keys of a GIN index have a maximum size.
  private static let maximumLength = 64

  /// The index of the terms of traces.
  static let index = "ix_traces_exact_terms"

  /// The array of the terms of a row of `traces`: the expression of the index. The patterns have no backslashes,
  /// whose meaning depends on a setting.
  static let expression: PostgresQuery = """
    array_remove(regexp_split_to_array(
      regexp_replace((title || ' ' || context_text || ' ' || solution_text) COLLATE "C", '[A-Za-z0-9_.]{65,}', ' ', 'g'),
      '(?:[^A-Za-z0-9_.]|[.](?![0-9])|(?<![0-9])[.]|[[:<:]][A-Za-z][a-z]*[[:>:]])+'), '')
    """

  /// The terms to look up, each in the spellings that match.
  let spellings: [[String]]

  /// No terms.
  static let none = ExactTerms(of: "")

  /// Finds the terms of a question.
  public init(of question: String) {
    let terms = Set(Self.all(in: question).filter(Self.isDistinctive)).sorted(by: Self.isBefore)
    spellings = terms.prefix(Self.maximumCount).map { term in
      Set([term, term.lowercased(), term.uppercased()]).sorted()
    }
  }

  /// The terms of a text, in order. The same as ``expression`` computes.
  static func all(in text: String) -> [String] {
    var terms: [String] = []
    var run: [UInt8] = []
    func endRun() {
      if run.count <= maximumLength { terms += split(run) }
      run.removeAll(keepingCapacity: true)
    }
    for byte in text.utf8 {
      if byte == dot || isWordByte(byte) { run.append(byte) } else { endRun() }
    }
    endRun()
    return terms
  }

  private static let dot = UInt8(ascii: ".")
  private static let underscore = UInt8(ascii: "_")

  /// Splits a sequence of letters, digits, underscores and dots at the dots that are not between digits, and drops
  /// ordinary words.
  private static func split(_ run: [UInt8]) -> [String] {
    var terms: [String] = []
    var term: [UInt8] = []
    func endTerm() {
      if !term.isEmpty, !isWord(term) { terms.append(String(decoding: term, as: UTF8.self)) }
      term.removeAll(keepingCapacity: true)
    }
    for (index, byte) in run.enumerated() {
      let isInside = index > 0 && isDigit(run[index - 1]) && index + 1 < run.count && isDigit(run[index + 1])
      if byte == dot, !isInside { endTerm() } else { term.append(byte) }
    }
    endTerm()
    return terms
  }

  /// Whether a term is an ordinary word: a letter, followed by small letters only.
  private static func isWord(_ term: [UInt8]) -> Bool {
    isLetter(term[0]) && term.dropFirst().allSatisfy { isLetter($0) && $0 & 0x20 != 0 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
  private static func isWordByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) || byte == underscore
  }

  /// Whether a term of a question is worth a lookup: not a small number, which is in every text.
  private static func isDistinctive(_ term: String) -> Bool {
    term.utf8.count > 2 ? term.utf8.contains { $0 != underscore } : term.utf8.contains(where: isLetter)
  }

  /// The order in which terms are preferred: those with letters before numbers, such as times and process IDs, and
  /// long ones before short ones.
  private static func isBefore(_ one: String, _ other: String) -> Bool {
    let hasLetters = one.utf8.contains(where: isLetter)
    guard hasLetters == other.utf8.contains(where: isLetter) else { return hasLetters }
    return one.utf8.count == other.utf8.count ? one < other : one.utf8.count > other.utf8.count
  }
}
