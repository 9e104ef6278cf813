import SeedGenerators
import SeedKit

/// Composes texts that resemble traces and differ from row to row.
struct CapacityText: Sendable {
  private enum Kind: String, CaseIterable {
    case component
    case symptom
    case circumstance
    case attempt
    case cause
    case remedy
    case check
  }

  private let phrases: [Kind: [String]]

  /// Reads the phrases: records of `{"kind", "text"}`.
  ///
  /// - Throws: `FixtureError` with all errors in the file, or if a kind has no phrase.
  init(_ file: FixtureFile) throws {
    let records = try FixtureRecords.read(file, naturalKey: { $0.text }) {
      record, _ -> (kind: Kind, text: String)? in
      let kind = record.choice("kind", Kind.self)
      let text = record.string("text", length: 1...200)
      return kind.map { (kind: $0, text: text) }
    }
    phrases = Dictionary(grouping: records, by: \.kind).mapValues { $0.map(\.text) }
    let missing = Kind.allCases.filter { phrases[$0] == nil }
    guard missing.isEmpty else {
      throw FixtureError(
        missing.map {
          FixtureFault(file: file.path, found: "no phrase of the kind '\($0)'", expected: "at least one")
        })
    }
  }

  /// The number of phrases.
  var count: Int { phrases.values.map(\.count).reduce(0, +) }

  /// The texts of a row.
  struct Texts {
    let title: String
    let context: String
    let solution: String
  }

  /// The texts of a row. The title contains the row number, so it is unique.
  func texts(row: Int, random: CounterRandom) -> Texts {
    func pick(_ kind: Kind, _ place: Int) -> String {
      let list = phrases[kind] ?? []
      return list[random.below(list.count, at: place)]
    }
    let component = pick(.component, 0)
    let symptom = pick(.symptom, 1)
    let circumstance = pick(.circumstance, 2)
    let workers = 2 + random.below(62, at: 3)
    let latency = 40 + random.below(9_000, at: 4)
    let share = 1 + random.below(40, at: 5)
    return Texts(
      title: "\(component) \(symptom) \(circumstance) (case \(row + 1))",
      context: """
        With \(workers) workers the \(component) \(symptom) \(circumstance). \(pick(.attempt, 6)); \
        \(share) % of the calls are affected, and the slowest takes \(latency) ms. \(pick(.attempt, 7)).
        """,
      solution: """
        \(pick(.cause, 8)). \(pick(.remedy, 9)).

        ```bash
        seq \(workers) | xargs -P \(workers) -I{} curl --max-time \(1 + latency / 1000) http://localhost:8000/health
        ```

        To see that it worked: \(pick(.check, 10)).
        """)
  }
}
