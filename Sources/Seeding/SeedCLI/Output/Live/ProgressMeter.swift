import SeedKit

/// How fast long work is, and when it will be done.
struct ProgressMeter: Sendable {
  private struct Sample {
    let time: ContinuousClock.Instant
    let completed: Int
  }

  /// What was told last.
  private(set) var progress: SeedProgress
  /// When the activity began.
  let start: ContinuousClock.Instant
  private var samples: [Sample]

  /// The rate is that of the last so many seconds: the first rows of a load are no measure of the others.
  private static let window = Duration.seconds(10)
  private static let sampleInterval = Duration.milliseconds(250)

  init(_ progress: SeedProgress, at time: ContinuousClock.Instant) {
    self.progress = progress
    start = time
    // What others did before is no work of this run.
    samples = [Sample(time: time, completed: progress.completed)]
  }

  /// Takes the next report, which may be one of another activity.
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

  /// The share that is done, from 0 to 1; nil if the whole is not known.
  var share: Double? {
    guard progress.total > 0 else { return nil }
    return min(1, max(0, Double(progress.completed) / Double(progress.total)))
  }

  /// Units a second; nil while there is nothing to measure it by.
  func rate(at time: ContinuousClock.Instant) -> Double? {
    guard let first = samples.first else { return nil }
    let seconds = (time - first.time) / .seconds(1)
    let count = progress.completed - first.completed
    guard count > 0, seconds >= 0.05 else { return nil }
    return Double(count) / seconds
  }

  /// The time that is left at this rate.
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

  /// `loading 60000 of 100000 rows, 25400 rows/s, 2.0 s left`, for a log.
  func text(at time: ContinuousClock.Instant) -> String {
    guard progress.total > 0 || progress.completed > 0 else {
      return "\(progress.activity) (\(Text.duration(time - start)))"
    }
    var parts = ["\(progress.activity) \(counts)"]
    if let rate = rate(at: time) { parts.append("\(Int(rate)) \(progress.unit)/s") }
    if let left = left(at: time) { parts.append("\(Text.duration(left)) left") }
    return parts.joined(separator: ", ")
  }

  /// The same for a line of a terminal: as much as fits, the least needed left out first.
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
