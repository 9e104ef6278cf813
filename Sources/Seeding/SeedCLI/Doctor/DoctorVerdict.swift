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
