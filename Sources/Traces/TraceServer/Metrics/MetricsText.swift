/// Writes metrics in Prometheus' text format, version 0.0.4.
struct MetricsText {
  private(set) var text = ""

  enum Kind: String {
    case counter, gauge, histogram
  }

  /// A metric with its series; each has labels and a value.
  mutating func add(
    _ name: String, _ kind: Kind, _ help: String, _ series: [([(String, String)], Double)]
  ) {
    head(name, kind, help)
    for (labels, value) in series { line(name, labels, value) }
  }

  mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
    add(name, help, [([], histogram)])
  }

  /// A histogram with its series; each has labels.
  mutating func add(_ name: String, _ help: String, _ series: [([(String, String)], Histogram)]) {
    head(name, .histogram, help)
    for (labels, histogram) in series {
      for (bound, count) in zip(histogram.bounds, histogram.cumulative) {
        line("\(name)_bucket", labels + [("le", Self.number(bound))], Double(count))
      }
      line("\(name)_bucket", labels + [("le", "+Inf")], Double(histogram.count))
      line("\(name)_sum", labels, histogram.sum)
      line("\(name)_count", labels, Double(histogram.count))
    }
  }

  private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
    let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
    text += "\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(Self.number(value))\n"
  }

  /// Without a fraction where there is none.
  static func number(_ value: Double) -> String {
    value.rounded() == value && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
