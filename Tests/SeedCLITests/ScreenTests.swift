import SeedTesting
import Testing

@testable import SeedCLI

@Suite("Live lines on a real terminal", .timeLimit(.minutes(2)))
struct ScreenTests {
  private let style = Terminal(isTerminal: true, environment: ["TERM": "xterm", "LANG": "C.UTF-8"])

  private func lines(_ texts: String...) -> [StyledLine] {
    texts.map { text in
      var line = StyledLine()
      line.append(text, .green)
      return line
    }
  }

  private func withTerminal(
    columns: Int = 80, rows: Int = 24, _ body: (PseudoTerminal, Screen) async throws -> Void
  ) async throws {
    let terminal = try PseudoTerminal(columns: columns, rows: rows)
    defer { terminal.hangUp() }
    try await body(terminal, Screen(output: terminal.descriptor, errors: terminal.descriptor))
    #expect(terminal.screen.unknown == [])
  }

  @Test("stay below other output and are removed completely")
  func staysBeneath() async throws {
    try await withTerminal { terminal, screen in
      screen.tell("first\n")
      screen.draw(lines("users 1", "tags 1"), on: style)
      try await terminal.settle()
      #expect(terminal.screen.text == ["first", "users 1", "tags 1"])
      screen.tell("second\nthird\n")
      screen.answer("answer\n")
      try await terminal.settle()
      #expect(terminal.screen.text == ["first", "second", "third", "answer", "users 1", "tags 1"])
      #expect(terminal.screen.isCursorBeneath)
      screen.draw(lines("users 2"), on: style)
      try await terminal.settle()
      #expect(terminal.screen.text == ["first", "second", "third", "answer", "users 2"])
      screen.draw(lines("users 3", "tags 3", "shares 3"), on: style)
      screen.erase()
      try await terminal.settle()
      #expect(terminal.screen.text == ["first", "second", "third", "answer"])
      #expect(terminal.screen.isCursorBeneath)
    }
  }

  @Test("of a service begin with the time, and further lines of an event are marked")
  func stamped() async throws {
    try await withTerminal(columns: 200) { terminal, screen in
      var console = Console()
      console.isStamped = true
      console.screen = screen
      console.progress("failed users\n2026-12-01T01:54:46.591Z GET /admin 200\n\nFix: none")
      try await terminal.settle()
      let text = terminal.screen.text
      #expect(text.count == 4)
      let stamp = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /#
      #expect(
        text.map { $0.trimmingPrefix(stamp) } == [
          "failed users", "| 2026-12-01T01:54:46.591Z GET /admin 200", "|", "| Fix: none",
        ])
    }
  }

  @Test("are drawn completely: whenever the program ends, the cursor is below them")
  func isNeverHalfDrawn() async throws {
    try await withTerminal { terminal, screen in
      for number in 0..<50 {
        screen.draw(lines("users \(number)", "tags \(number)"), on: style)
        if number % 7 == 0 { screen.tell("note \(number)\n") }
        try await terminal.settle()
        #expect(terminal.screen.isCursorBeneath)
        #expect(terminal.screen.text.suffix(2) == ["users \(number)", "tags \(number)"])
      }
      // The cursor is never hidden, so it need not be restored.
      #expect(!terminal.output.contains("\u{1B}[?25"))
    }
  }

  @Test("fit again when the terminal becomes narrower or wider", arguments: [20, 41, 79, 200])
  func resizes(columns: Int) async throws {
    try await withTerminal { terminal, screen in
      screen.tell("above\n")
      let long = lines(String(repeating: "long ", count: 30), "short", String(repeating: "日本", count: 30))
      screen.draw(long, on: style)
      try await terminal.settle()
      terminal.resize(columns: columns, rows: 24)
      screen.draw(long, on: style)
      try await terminal.settle()
      let shown = terminal.screen.text
      #expect(shown.count == 4 && shown.first == "above" && shown[2] == "short", "\(shown)")
      #expect(shown.allSatisfy { TerminalScreen.width(of: $0) < columns })
      terminal.resize(columns: 60, rows: 24)
      screen.tell("told\n")
      screen.draw(long, on: style)
      screen.erase()
      try await terminal.settle()
      #expect(terminal.screen.text == ["above", "told"])
    }
  }

  @Test("scroll with the screen when it is full")
  func scrolls() async throws {
    try await withTerminal(rows: 6) { terminal, screen in
      for number in 0..<20 {
        screen.draw(lines("users \(number)", "tags", "shares"), on: style)
        screen.tell("note \(number)\n")
      }
      screen.erase()
      try await terminal.settle()
      #expect(terminal.screen.text == (0..<20).map { "note \($0)" })
    }
  }
}
