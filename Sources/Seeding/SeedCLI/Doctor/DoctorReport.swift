/// What a doctor found.
struct DoctorReport: Sendable {
  /// A check and how it ended.
  struct Entry: Encodable, Sendable {
    let name: DoctorCheckName
    let outcome: DoctorVerdict.Outcome
    let found: String
    let remedy: String?
  }

  /// The checks, in the order of the report.
  let order: [DoctorCheckName]
  private var verdicts: [DoctorCheckName: DoctorVerdict] = [:]

  init(order: [DoctorCheckName]) { self.order = order }

  subscript(check: DoctorCheckName) -> DoctorVerdict? {
    get { verdicts[check] }
    set { verdicts[check] = newValue }
  }

  /// All of them, always in the same order.
  var entries: [Entry] {
    order.compactMap { check in
      verdicts[check].map {
        Entry(name: check, outcome: $0.outcome, found: $0.found, remedy: $0.fix)
      }
    }
  }

  /// 78 for a configuration that cannot be used, 4 for any other failure.
  var exitCode: ExitCode {
    if verdicts[.configuration]?.outcome == .failure { return .badConfiguration }
    return verdicts.values.contains { $0.outcome == .failure } ? .databaseUnusable : .success
  }

  func count(_ outcome: DoctorVerdict.Outcome) -> Int { verdicts.values.count { $0.outcome == outcome } }
}

extension DoctorReport {
  /// As `--format json` prints it. Keys are only ever added.
  struct JSON: Encodable {
    let success: Bool
    let programVersion: String
    let environment: String
    let database: String?
    let checks: [Entry]
  }

  /// A line for each check, the remedy below it, then how many there are of each kind.
  ///
  /// - Parameter width: columns; what is longer goes on in the next line, under where it began.
  func lines(width: Int) -> [String] {
    let shown = entries.filter { $0.outcome != .skipped }
    let nameWidth = shown.map { $0.name.rawValue.count }.max() ?? 0
    let margin = 9 + nameWidth + 2
    let layout = TextLayout(width: width)
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    var lines: [String] = []
    for entry in shown {
      let head = padded(entry.outcome.rawValue, 9) + padded(entry.name.rawValue, nameWidth + 2)
      // A plan or a list of faults has lines of its own.
      for (index, line) in entry.found.split(separator: "\n").enumerated() {
        lines += layout.wrap(String(line), margin: margin, first: index == 0 ? head : "")
      }
      if let remedy = entry.remedy { lines += layout.wrap("Fix: \(remedy)", margin: margin) }
    }
    lines += skipped(layout: layout)
    let counts = DoctorVerdict.Outcome.allCases.compactMap { outcome -> String? in
      let number = count(outcome)
      guard number > 0 else { return nil }
      return switch outcome {
      case .ok, .skipped: "\(number) \(outcome.rawValue)"
      case .warning, .failure: Text.count(number, outcome.rawValue)
      }
    }
    return lines + [counts.joined(separator: ", ")]
  }

  /// Many are often skipped for one reason, which is then said once.
  private func skipped(layout: TextLayout) -> [String] {
    let skipped = entries.filter { $0.outcome == .skipped }
    let reasons = skipped.map(\.found).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return reasons.flatMap { reason in
      let names = skipped.filter { $0.found == reason }.map(\.name.rawValue).joined(separator: ", ")
      return layout.wrap("\(names): \(reason)", margin: 9, first: "skipped")
    }
  }
}

/// How a check of `doctor` ended.
public struct DoctorVerdict: Sendable, Hashable {
  /// The kinds of ending.
  enum Outcome: String, Codable, Sendable, CaseIterable {
    case ok
    case warning
    case failure
    case skipped
  }

  let outcome: Outcome
  /// What was found; for a skipped check the reason.
  let found: String
  /// What to do: one thing. With every warning and failure.
  var fix: String?

  /// Nothing is wrong.
  public static func ok(_ found: String) -> DoctorVerdict { .init(outcome: .ok, found: found) }

  /// It could not or need not be made.
  public static func skipped(_ reason: String) -> DoctorVerdict { .init(outcome: .skipped, found: reason) }

  /// It works, and something should be changed all the same.
  public static func warning(_ found: String, fix: String) -> DoctorVerdict {
    .init(outcome: .warning, found: found, fix: fix)
  }

  /// It does not work.
  public static func failure(_ found: String, fix: String) -> DoctorVerdict {
    .init(outcome: .failure, found: found, fix: fix)
  }
}
