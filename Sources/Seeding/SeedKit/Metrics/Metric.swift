/// A metric in the sense of Prometheus.
public struct Metric: Sendable {
  /// The metric type.
  public enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  let name: String
  let kind: Kind
  let help: String
  let series: [(labels: [(String, String)], value: Double)]

  /// Describes a metric.
  ///
  /// - Parameters:
  ///   - name: the name, ending with the unit: `shop_orders_total`.
  ///   - kind: counter or gauge.
  ///   - help: a one-line description.
  ///   - series: a value for each combination of labels.
  public init(_ name: String, _ kind: Kind, _ help: String, _ series: [([(String, String)], Double)]) {
    self.name = name
    self.kind = kind
    self.help = help
    self.series = series.map { (labels: $0.0, value: $0.1) }
  }
}

/// Writes metrics in Prometheus's text format, version 0.0.4.
package struct MetricsText {
  package private(set) var text = ""

  /// Creates an empty text.
  package init() {}

  /// Writes a metric with its series.
  package mutating func add(_ metric: Metric) {
    head(metric.name, metric.kind, metric.help)
    for (labels, value) in metric.series { line(metric.name, labels, value) }
  }

  /// Writes the HELP and TYPE lines of a metric.
  package mutating func head(_ name: String, _ kind: Metric.Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// Writes a sample.
  package mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
    let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
    text += "\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(Self.number(value))\n"
  }

  /// Without a fraction if it is 0.
  package static func number(_ value: Double) -> String {
    value.rounded() == value && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
