/// An error that has its fix apart from the problem, so that `Fix:` can be printed.
package protocol FixableError: Error {
  /// What is wrong, without a period at the end.
  var problem: String { get }
  /// What to do about it, as an instruction.
  var fix: String? { get }
}

extension FixableError {
  /// The problem, then the fix as a sentence.
  package var text: String {
    guard let fix, let first = fix.first else { return problem }
    return "\(problem). \(first.uppercased())\(fix.dropFirst())" + (fix.hasSuffix("?") ? "" : ".")
  }
}
