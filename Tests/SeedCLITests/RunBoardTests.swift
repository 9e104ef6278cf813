import Postgres
import SeedTesting
import Testing

@testable import SeedCLI
@testable import SeedKit

@Suite("The live lines of a run")
struct RunBoardTests {
  private let unicode = Terminal(isTerminal: true, environment: ["TERM": "xterm", "LANG": "C.UTF-8"])
  private let ascii = Terminal(isTerminal: true, environment: ["TERM": "xterm"])
  private let start = ContinuousClock.now

  private func later(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

  /// Seven seeders in different states.
  private var board: RunBoard {
    var board = RunBoard(start: start)
    let ids: [SeederID] = ["tags", "users", "shares", "tools", "capacity-traces", "schemas", "embeddings"]
    for id in ids { board.apply(.loaded(id, .selected), at: start) }
    for id in ids.prefix(6) { board.apply(.started(id), at: later(100)) }
    board.apply(.finished(RunSample.seeders[0]), at: later(500))
    board.apply(.finished(RunSample.seeders[1]), at: later(500))
    board.apply(.waiting("shares", .seconds(1)), at: later(1_000))
    board.apply(.phase("tools", .writing), at: later(1_000))
    board.apply(
      .retrying(
        RetryRecord(
          subject: "schemas", error: PostgresError(code: .connectionLost, message: "gone"), pause: .seconds(4)
        )),
      at: later(2_000))
    for (time, count) in [(1_000, 10_000), (2_000, 30_000), (3_000, 50_000)] {
      board.apply(
        .progress(
          "capacity-traces", SeedProgress(activity: "loading", completed: count, total: 100_000, unit: "rows")
        ), at: later(time))
    }
    return board
  }

  private func text(_ board: RunBoard, columns: Int, rows: Int = 24, on terminal: Terminal) -> String {
    board.lines(columns: columns, rows: rows, on: terminal, at: later(3_000)).map(\.text).joined(
      separator: "\n")
  }

  @Test("match the expected lines at 80 columns")
  func narrow() {
    #expect(
      text(board, columns: 80, on: unicode) == """
        ✓ tags             480 ms  tags 235 inserted
        ✗ users              3 ms  1 error in the data [SR-301]
        ⠋ shares            2.9 s  waiting for another run of this seeder
        ⠋ tools             2.9 s  writing rows
        ⠋ capacity-traces   2.9 s  loading ██████░░░░░░  50 %  20000 rows/s  2.5 s left
        ⠋ schemas           2.9 s  retrying in 3.0 s: gone
        · embeddings\("     ")
        3.0 s: 2 of 7 seeders done, 4 running, 1 failed
        """)
  }

  @Test("show more at 120 columns")
  func wide() {
    let lines = text(board, columns: 120, on: unicode).split(separator: "\n")
    #expect(
      lines[4]
        == "⠋ capacity-traces   2.9 s  loading ████████████░░░░░░░░░░░░  50 %  50000 of 100000 rows  20000 rows/s  2.5 s left"
    )
  }

  @Test("are ASCII unless the locale is UTF-8")
  func onlyASCII() {
    let lines = text(board, columns: 80, on: ascii)
    #expect(lines.utf8.allSatisfy { $0 < 0x80 }, "\(lines)")
    #expect(lines.contains("[#########-----------]  50 %") || lines.contains("#-"), "\(lines)")
  }

  @Test("fit every terminal, also with long names and wide characters")
  func fits() {
    var board = board
    board.apply(.loaded(RunSample.longID, .selected), at: start)
    board.apply(.finished(RunSample.seeders[3]), at: later(600))
    for columns in 10...200 {
      for line in board.lines(columns: columns, rows: 24, on: unicode, at: later(3_000)) {
        let width = TerminalScreen.width(of: line.rendered(columns: columns - 1, on: .plain))
        #expect(width < columns, "\(columns): \(line.text)")
      }
    }
  }

  @Test("prefer running seeders if there are more seeders than rows, and count the hidden ones")
  func overflows() {
    let lines = text(board, columns: 80, rows: 6, on: unicode).split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines.prefix(4).allSatisfy { $0.hasPrefix("⠋") }, "\(lines)")
    #expect(lines.last == "3.0 s: 2 of 7 seeders done, 4 running, 1 failed, 3 not shown")
    for rows in 1...20 {
      #expect(board.lines(columns: 80, rows: rows, on: unicode, at: later(3_000)).count <= max(2, rows - 1))
    }
  }

  @Test("show that the run is being stopped")
  func stopping() {
    var board = board
    board.isStopping = true
    let lines = text(board, columns: 80, on: unicode)
    #expect(lines.contains("⠋ shares            2.9 s  rolling back"), "\(lines)")
    #expect(
      lines.hasSuffix("interrupted, rolling back, 3.0 s: 2 of 7 seeders done, 4 running, 1 failed"),
      "\(lines)")
  }

  @Test("measure the rate over the last seconds, without rows that existed before")
  func rate() {
    func progress(_ count: Int) -> SeedProgress {
      SeedProgress(activity: "loading", completed: count, total: 1_000_000, unit: "rows")
    }
    var meter = ProgressMeter(progress(900_000), at: start)
    #expect(meter.rate(at: later(500)) == nil && meter.left(at: later(500)) == nil)
    for second in 1...60 {
      meter.update(progress(900_000 + second * (second > 40 ? 200 : 1_000)), at: later(second * 1_000))
    }
    let rate = meter.rate(at: later(60_000)) ?? 0
    #expect(rate < 1_000, "\(rate)")
    meter.update(
      SeedProgress(activity: "building the index", completed: 0, total: 0, unit: "blocks"), at: later(61_000))
    #expect(meter.text(at: later(63_000)) == "building the index (2.0 s)")
    #expect(meter.share == nil)
  }
}
