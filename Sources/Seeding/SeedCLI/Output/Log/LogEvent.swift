import Postgres
import SeedKit

/// An event of the structured log of `--log-format json`.
///
/// Names and fields may be added, but are never renamed or removed. A test compares them with `Documentation/logs.md`.
struct LogEvent: Sendable {
  /// The severity.
  enum Level: String, Sendable, Comparable, CaseIterable {
    case debug
    case info
    case warning
    case error

    static func < (left: Self, right: Self) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  let kind: Kind
  let level: Level
  /// The fields in order. Unknown values are omitted and never null.
  private(set) var fields: [(field: Field, value: JSONOutput)] = []

  init(_ kind: Kind, _ level: Level? = nil) {
    self.kind = kind
    self.level = level ?? kind.levels[0]
  }

  /// Adds a field, unless its value is nil.
  consuming func with(_ field: Field, _ value: JSONOutput?) -> LogEvent {
    var copy = self
    if let value { copy.fields.append((field, value)) }
    return copy
  }

  consuming func with(_ field: Field, _ text: String?) -> LogEvent { with(field, text.map(JSONOutput.text)) }

  consuming func with(_ field: Field, _ count: Int?) -> LogEvent { with(field, count.map(JSONOutput.int)) }

  consuming func with(_ field: Field, _ texts: [String]) -> LogEvent {
    with(field, .array(texts.map(JSONOutput.text)))
  }

  consuming func with(_ field: Field, _ duration: Duration) -> LogEvent {
    with(field, .number(duration.milliseconds))
  }
}

extension LogEvent {
  /// The names of fields. Fields that end in `_ms` are numbers of milliseconds.
  enum Field: String, Sendable, CaseIterable {
    case activity
    case attempts
    case column
    case committingMilliseconds = "committing_ms"
    case comparingMilliseconds = "comparing_ms"
    case completed
    case deleted
    case drifted
    case durationMilliseconds = "duration_ms"
    case environment
    case errorCode = "error_code"
    case exitCode = "exit_code"
    case expected
    case failed
    case field
    case file
    case finishingMilliseconds = "finishing_ms"
    case found
    case inserted
    case leftMilliseconds = "left_ms"
    case line
    case lockingMilliseconds = "locking_ms"
    case message
    case migration
    case outcome
    case pauseMilliseconds = "pause_ms"
    case pausingMilliseconds = "pausing_ms"
    case phase
    case programVersion = "program_version"
    case queuedMilliseconds = "queued_ms"
    case ratePerSecond = "rate_per_s"
    case readingMilliseconds = "reading_ms"
    case reason
    case record
    case fix = "remedy"
    case requiredBy = "required_by"
    case retries
    case roundTrips = "round_trips"
    case rowsPerSecond = "rows_per_s"
    case seeded
    case seeder
    case seeders
    case set
    case skipped
    case sqlState = "sqlstate"
    case startMilliseconds = "start_ms"
    case subject
    case success
    case total
    case unchanged
    case unit
    case updated
    case version
    case writingMilliseconds = "writing_ms"
    case waitedMilliseconds = "waited_ms"

    /// The time that a seeder spent in a phase.
    static func time(in phase: SeedPhase) -> Field {
      switch phase {
      case .queued: .queuedMilliseconds
      case .locking: .lockingMilliseconds
      case .reading: .readingMilliseconds
      case .comparing: .comparingMilliseconds
      case .writing: .writingMilliseconds
      case .finishing: .finishingMilliseconds
      case .committing: .committingMilliseconds
      case .pausing: .pausingMilliseconds
      }
    }
  }
}
