import FoundationEssentials

/// Compares the output of a command with the one that a page shows.
enum PageOutput {
  /// Without what differs from run to run: durations, times, ids, digests, tokens,
  /// processes, rates, and how columns are aligned.
  private static func normalized(_ text: String) -> [String] {
    let lines =
      text
      // Wrapped lines.
      .replacing(/\n {10,}/, with: " ")
      .replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]+[0-9:]{8}(\.[0-9]+)?(Z| UTC)?/, with: "DATE")
      .replacing(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, with: "ID")
      .replacing(/\bseeded_[0-9a-f]{16}\b/, with: "seeded_DIGEST")
      .replacing(/\bct_[0-9a-f]+/, with: "TOKEN")
      .replacing(/\bworker \S+:[0-9]+\b/, with: "worker HOST:PID")
      .replacing(/[0-9.]+ m?s\b/, with: "TIME")
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in
        line.split(separator: " ").joined(separator: " ")
          // The rows per second in the table of a run.
          .replacing(/^(?<start>\S+ [0-9,]+) [0-9,]+ (?<end>[0-9]+ [0-9]+ TIME)/) {
            "\($0.start) RATE \($0.end)"
          }
      }
    return lines.reversed().drop { $0.isEmpty }.reversed()
  }

  /// Whether a page shows an output: `…` stands for any text, and alone on a line for any lines.
  static func matches(_ output: String, _ shown: String) -> Bool {
    matches(normalized(output)[...], normalized(shown)[...])
  }

  private static func matches(_ actual: ArraySlice<String>, _ shown: ArraySlice<String>) -> Bool {
    guard let pattern = shown.first else { return actual.isEmpty }
    if ["…", "..."].contains(pattern) {
      return (actual.startIndex...actual.endIndex).contains { matches(actual[$0...], shown.dropFirst()) }
    }
    guard let line = actual.first, matches(line: line, pattern) else { return false }
    return matches(actual.dropFirst(), shown.dropFirst())
  }

  private static func matches(line: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "…", omittingEmptySubsequences: false)
    guard parts.count > 1, let start = parts.first, let end = parts.last else { return line == pattern }
    guard line.hasPrefix(start), line.hasSuffix(end), line.count >= start.count + end.count else {
      return false
    }
    var rest = line.dropFirst(start.count).dropLast(end.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
