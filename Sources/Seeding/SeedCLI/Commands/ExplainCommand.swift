import SeedKit

/// `seed-runner explain [CODE...]`: the causes and fixes of error codes. Needs no settings and no database.
enum ExplainCommand {
  /// The explanations of the given codes, or a list of all codes if none is given.
  static func text(for codes: [String], known: [ErrorCode]) -> String {
    guard !codes.isEmpty else { return known.map { "\($0.id)  \($0.title)" }.joined(separator: "\n") }
    return codes.compactMap { code in known.first { $0.id == code } }.map(text).joined(separator: "\n\n")
  }

  private static func text(for code: ErrorCode) -> String {
    func paragraph(_ text: String) -> String {
      DisplayText.wrapped(ProgramName.named(text), to: min(Terminal.width, 100)).joined(separator: "\n")
    }
    return ["\(code.id): \(code.title)", paragraph(code.cause), paragraph("Fix: \(code.fix)")]
      .joined(separator: "\n\n")
  }
}
