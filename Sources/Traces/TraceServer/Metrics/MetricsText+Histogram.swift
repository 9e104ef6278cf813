import SeedKit

extension MetricsText {
  mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
    add(name, help, [([], histogram)])
  }

  /// Adds a histogram with its series, each with its labels.
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

  /// Adds a metric of another type.
  mutating func add(
    _ name: String, _ kind: Metric.Kind, _ help: String, _ series: [([(String, String)], Double)]
  ) { add(Metric(name, kind, help, series)) }
}
