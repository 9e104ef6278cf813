import SeedKit

/// Measures the rate of a long operation and estimates the remaining time.
struct ProgressMeter: Sendable {
  private struct Sample {
    let time: ContinuousClock.Instant
    let completed: Int
  }

  /// The last report.
  private(set) var progress: SeedProgress
  /// When the activity started.
  let start: ContinuousClock.Instant
  private var samples: [Sample]

  /// The rate is measured over this time, because the start of a load is not representative.
  private static let window = Duration.seconds(10)
  private static let sampleInterval = Duration.milliseconds(250)

  init(_ progress: SeedProgress, at time: ContinuousClock.Instant) {
    self.progress = progress
    start = time
    // Rows that existed before do not count for the rate of this run.
    samples = [Sample(time: time, completed: progress.completed)]
  }

  /// Records a report. If the activity changed, the measurement starts again.
  mutating func update(_ next: SeedProgress, at time: ContinuousClock.Instant) {
    guard next.activity == progress.activity, next.completed >= progress.completed else {
      self = ProgressMeter(next, at: time)
      return
    }
    progress = next
    if let last = samples.last, time - last.time < Self.sampleInterval { return }
    samples.append(Sample(time: time, completed: next.completed))
    while samples.count > 2, time - samples[1].time >= Self.window { samples.removeFirst() }
  }

  /// The completed share, from 0 to 1; nil if the total is unknown.
  var share: Double? {
    guard progress.total > 0 else { return nil }
    return min(1, max(0, Double(progress.completed) / Double(progress.total)))
  }

  /// The rate in units per second; nil if it cannot be measured yet.
  func rate(at time: ContinuousClock.Instant) -> Double? {
    guard let first = samples.first else { return nil }
    let seconds = (time - first.time) / .seconds(1)
    let count = progress.completed - first.completed
    guard count > 0, seconds >= 0.05 else { return nil }
    return Double(count) / seconds
  }

  /// The estimated remaining time; nil if it is unknown.
  func left(at time: ContinuousClock.Instant) -> Duration? {
    guard progress.total > progress.completed, let rate = rate(at: time) else { return nil }
    return .seconds(Double(progress.total - progress.completed) / rate)
  }

  /// `60000 of 100000 rows`
  var counts: String {
    progress.total > 0
      ? "\(progress.completed) of \(progress.total) \(progress.unit)"
      : "\(progress.completed) \(progress.unit)"
  }

  /// The progress for a log: `loading 60000 of 100000 rows, 25400 rows/s, 2.0 s left`.
  func text(at time: ContinuousClock.Instant) -> String {
    guard progress.total > 0 || progress.completed > 0 else {
      return "\(progress.activity) (\(Text.duration(time - start)))"
    }
    var parts = ["\(progress.activity) \(counts)"]
    if let rate = rate(at: time) { parts.append("\(Int(rate)) \(progress.unit)/s") }
    if let left = left(at: time) { parts.append("\(Text.duration(left)) left") }
    return parts.joined(separator: ", ")
  }

  /// The progress for a line of a terminal. If it does not fit, the least important parts are omitted.
  ///
  /// `loading ██████░░░░ 60 %  60000 of 100000 rows  25400 rows/s  2.0 s left`
  func bar(columns: Int, hasUnicode: Bool, at time: ContinuousClock.Instant) -> String {
    guard let share else { return text(at: time) }
    let percent = DisplayText.padded("\(Int(share * 100)) %", to: 5, isRight: true)
    let rate = rate(at: time).map { "\(Int($0)) \(progress.unit)/s" }
    let left = left(at: time).map { "\(Text.clock($0)) left" }
    let variants = [[counts, rate, left], [rate, left], [left], []].map { $0.compactMap(\.self) }
    for tail in variants {
      let rest = tail.map { "  " + $0 }.joined()
      let room = columns - DisplayText.width(of: "\(progress.activity) \(percent)\(rest)") - 1
      guard room >= Self.shortestBar else { continue }
      let size = min(room, Self.longestBar)
      return "\(progress.activity) \(Self.bar(share, size: size, hasUnicode: hasUnicode)) \(percent)\(rest)"
    }
    return "\(progress.activity) \(percent)"
  }

  private static let shortestBar = 10
  private static let longestBar = 24

  private static func bar(_ share: Double, size: Int, hasUnicode: Bool) -> String {
    guard hasUnicode else {
      let filled = Int(share * Double(size - 2))
      return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: size - 2 - filled)
        + "]"
    }
    let filled = Int(share * Double(size))
    return String(repeating: "█", count: filled) + String(repeating: "░", count: size - filled)
  }
}
