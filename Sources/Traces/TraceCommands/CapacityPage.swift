import SeedCLI
import TraceStore

/// A capacity report as an HTML page with charts, in one file without scripts.
struct CapacityPage {
  let report: CapacityReport

  private static let width = 640.0
  private static let height = 280.0
  private static let margin = (left: 60.0, right: 20.0, top: 20.0, bottom: 45.0)
  private static let colors = ["c0", "c1", "c2"]

  var html: String {
    HTMLPage(title: "Search capacity", style: Self.style, body: body).html
  }

  private static let style = """
    main { max-width: 48rem } svg { max-width: 100%; height: auto }
    svg text { fill: currentColor } .axis { stroke: var(--soft); fill: none }
    .c0 { color: var(--one) } .c1 { color: var(--two) } .c2 { color: var(--three) }
    polyline { stroke: currentColor; fill: none; stroke-width: 2 } rect, circle { fill: currentColor }

    """

  private var body: String {
    let verdict = report.isPassed ? "passed" : "failed"
    return """
      <main>
      <h1>Search capacity: <span class="\(report.isPassed ? "good" : "bad")">\(verdict)</span></h1>
      <p>\(report.rowCount) traces with vectors, index: \(Self.escaped(report.index ?? "none")).</p>
      \(HTMLPage.table("Checks", header: [("Check", false), ("Result", false), ("Found", false)], rows: report.checks.map(row)))
      <h2>Latency with 20 users and \(CapacityCheck.defaultCandidates) candidates</h2>
      <p>The users pause for 0.1 s between searches. The clients in the other measurements never pause.</p>
      \(histogram)
      <h2>Recall and latency</h2>
      \(curve)
      <h2>All measurements</h2>
      \(HTMLPage.table("All measurements", header: Self.columns.map { ($0, true) }, rows: report.latencies.map(row)))
      <p>A full table scan takes \(Self.number(report.exactMedian)) ms (median, 4 clients).</p>
      </main>
      """
  }

  private static let columns = [
    "Candidates", "Clients", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "Searches/s",
  ]

  private func row(_ check: CapacityReport.Check) -> String {
    """
    <tr><th scope="row">\(Self.escaped(check.name))</th><td><span class="\(check.isPassed ? "good" : "bad")">\
    \(check.isPassed ? "ok" : "failed")</span></td><td class="text">\(Self.escaped(check.found))</td></tr>
    """
  }

  private func row(_ latency: CapacityReport.Latency) -> String {
    let times = [latency.p50, latency.p90, latency.p99, latency.p999].map(Self.number)
    let cells = ["\(latency.candidates)", clients(of: latency)] + times + ["\(Int(latency.throughput))"]
    return "<tr>" + cells.map { "<td class=\"number\">\($0)</td>" }.joined() + "</tr>"
  }

  private func clients(of latency: CapacityReport.Latency) -> String {
    latency.pauseMilliseconds > 0 ? "\(latency.clients) users" : "\(latency.clients)"
  }

  /// A histogram of latencies. The upper bound of each bin is a quarter larger than that of the bin before.
  private var histogram: String {
    guard let bins = report.users?.histogram, !bins.isEmpty else { return "<p>No measurements.</p>" }
    let most = Double(bins.map(\.count).max() ?? 1)
    let step = (Self.width - Self.margin.left - Self.margin.right) / Double(bins.count)
    let bottom = Self.height - Self.margin.bottom
    var parts: [String] = []
    for (index, bin) in bins.enumerated() {
      let height = (bottom - Self.margin.top) * Double(bin.count) / most
      let x = Self.margin.left + step * Double(index)
      parts.append(
        """
        <rect x="\(Self.number(x + 1))" y="\(Self.number(bottom - height))" width="\(Self.number(max(1, step - 2)))" \
        height="\(Self.number(height))" class="\(Self.colors[0])"><title>up to \(Self.number(bin.upTo)) ms: \(bin.count)</title></rect>
        """)
      if index % max(1, bins.count / 8) == 0 {
        parts.append(Self.label(Self.number(bin.upTo), x: x + step / 2, y: bottom + 16, anchor: "middle"))
      }
    }
    parts.append(Self.label("\(Int(most))", x: Self.margin.left - 6, y: Self.margin.top + 5, anchor: "end"))
    return Self.chart(parts, below: "milliseconds", beside: "searches")
  }

  /// One line per number of clients. Its points are the median latency and the recall for each number of candidates.
  private var curve: String {
    let points = report.latencies.filter { $0.pauseMilliseconds == 0 }.compactMap { latency in
      report.recalls.first { $0.candidates == latency.candidates }.map { (latency, $0.recall) }
    }
    guard let slowest = points.map(\.0.p50).max(), let least = points.map(\.1).min() else { return "" }
    let floor = min(0.9, (least * 20).rounded(.down) / 20)
    let bottom = Self.height - Self.margin.bottom
    func x(_ milliseconds: Double) -> Double {
      Self.margin.left + (Self.width - Self.margin.left - Self.margin.right) * milliseconds / (slowest * 1.1)
    }
    func y(_ recall: Double) -> Double {
      bottom - (bottom - Self.margin.top) * (recall - floor) / (1 - floor)
    }
    var parts: [String] = []
    for (index, clients) in CapacityCheck.clients.enumerated() {
      let line = points.filter { $0.0.clients == clients }
      let color = Self.colors[index % Self.colors.count]
      let path = line.map { "\(Self.number(x($0.0.p50))),\(Self.number(y($0.1)))" }.joined(separator: " ")
      parts.append("<polyline points=\"\(path)\" class=\"\(color)\"/>")
      for (latency, recall) in line {
        parts.append(
          """
          <circle cx="\(Self.number(x(latency.p50)))" cy="\(Self.number(y(recall)))" r="4" class="\(color)">\
          <title>\(latency.candidates) candidates, \(clients) clients: \(Self.number(latency.p50)) ms, \(CapacityCheck.rounded(recall, 3))</title></circle>
          """)
      }
      parts.append(
        Self.label(
          clients == 1 ? "1 client" : "\(clients) clients", x: Self.width - Self.margin.right - 80,
          y: bottom - 50 + 16 * Double(index),
          anchor: "start", color: color))
    }
    for recall in [floor, (floor + 1) / 2, 1] {
      parts.append(
        Self.label(CapacityCheck.rounded(recall, 2), x: Self.margin.left - 6, y: y(recall) + 4, anchor: "end")
      )
    }
    for share in [0.25, 0.5, 0.75, 1] {
      let value = slowest * 1.1 * share
      parts.append(Self.label(Self.number(value), x: x(value), y: bottom + 16, anchor: "middle"))
    }
    return Self.chart(parts, below: "median milliseconds", beside: "recall@10")
  }

  private static func chart(_ parts: [String], below: String, beside: String) -> String {
    let bottom = height - margin.bottom
    let axes =
      "<path d=\"M\(margin.left) \(margin.top)V\(bottom)H\(width - margin.right)\" class=\"axis\"/>"
    let names = [
      label(below, x: (margin.left + width - margin.right) / 2, y: height - 8, anchor: "middle"),
      "<text transform=\"translate(14 \((margin.top + bottom) / 2)) rotate(-90)\" font-size=\"12\" text-anchor=\"middle\">\(beside)</text>",
    ]
    return "<svg viewBox=\"0 0 \(width) \(height)\" role=\"img\">"
      + ([axes] + parts + names).joined(separator: "\n")
      + "</svg>"
  }

  private static func label(_ text: String, x: Double, y: Double, anchor: String, color: String = "soft")
    -> String
  {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"12\" text-anchor=\"\(anchor)\" class=\"\(color)\">\(escaped(text))</text>"
  }

  private static func number(_ value: Double) -> String { CapacityCheck.rounded(value, 2) }

  private static func escaped(_ text: String) -> String { HTMLPage.escaped(text) }
}
