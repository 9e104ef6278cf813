/// The verdicts of all checks.
struct DoctorReport: Sendable {
  /// A check and its verdict.
  struct Entry: Encodable, Sendable {
    let name: DoctorCheckName
    let outcome: DoctorVerdict.Outcome
    let found: String
    let fix: String?

    // The key of the fix in JSON is a contract.
    private enum CodingKeys: String, CodingKey {
      case name, outcome, found
      case fix = "remedy"
    }
  }

  /// The checks, in the order of the report.
  let order: [DoctorCheckName]
  private var verdicts: [DoctorCheckName: DoctorVerdict] = [:]

  init(order: [DoctorCheckName]) { self.order = order }

  subscript(check: DoctorCheckName) -> DoctorVerdict? {
    get { verdicts[check] }
    set { verdicts[check] = newValue }
  }

  /// The checks and their verdicts, in the order of the report.
  var entries: [Entry] {
    order.compactMap { check in
      verdicts[check].map {
        Entry(name: check, outcome: $0.outcome, found: $0.found, fix: $0.fix)
      }
    }
  }

  /// 78 if the configuration is invalid, 4 for any other failure, 0 otherwise.
  var exitCode: ExitCode {
    if verdicts[.configuration]?.outcome == .failure { return .badConfiguration }
    return verdicts.values.contains { $0.outcome == .failure } ? .databaseUnusable : .success
  }

  func count(_ outcome: DoctorVerdict.Outcome) -> Int { verdicts.values.count { $0.outcome == outcome } }
}

extension DoctorReport {
  /// The report as `--format json` prints it. Keys may be added, but are never renamed or removed.
  struct JSON: Encodable {
    let success: Bool
    let programVersion: String
    let environment: String
    let database: String?
    let checks: [Entry]
  }

  /// A line for each check with its fix below, then the number of checks for each outcome.
  ///
  /// - Parameter width: the number of columns. Longer lines are wrapped and indented.
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
      // A query plan or a list of faults has several lines.
      for (index, line) in entry.found.split(separator: "\n").enumerated() {
        lines += layout.wrap(String(line), margin: margin, first: index == 0 ? head : "")
      }
      if let fix = entry.fix { lines += layout.wrap("Fix: \(fix)", margin: margin) }
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

  /// Groups the skipped checks by their reason, because many are often skipped for the same one.
  private func skipped(layout: TextLayout) -> [String] {
    let skipped = entries.filter { $0.outcome == .skipped }
    let reasons = skipped.map(\.found).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return reasons.flatMap { reason in
      let names = skipped.filter { $0.found == reason }.map(\.name.rawValue).joined(separator: ", ")
      return layout.wrap("\(names): \(reason)", margin: 9, first: "skipped")
    }
  }
}

/// The result of a check of `doctor`.
public struct DoctorVerdict: Sendable, Hashable {
  /// The possible outcomes.
  enum Outcome: String, Codable, Sendable, CaseIterable {
    case ok
    case warning
    case failure
    case skipped
  }

  let outcome: Outcome
  /// What the check found, or why it was skipped.
  let found: String
  /// What to do about a warning or a failure; nil for other outcomes.
  var fix: String?

  /// The check found no problem.
  public static func ok(_ found: String) -> DoctorVerdict { .init(outcome: .ok, found: found) }

  /// The check could not run or is not needed.
  public static func skipped(_ reason: String) -> DoctorVerdict { .init(outcome: .skipped, found: reason) }

  /// Seeding works, but something should be changed.
  public static func warning(_ found: String, fix: String) -> DoctorVerdict {
    .init(outcome: .warning, found: found, fix: fix)
  }

  /// Seeding does not work until the problem is fixed.
  public static func failure(_ found: String, fix: String) -> DoctorVerdict {
    .init(outcome: .failure, found: found, fix: fix)
  }
}
