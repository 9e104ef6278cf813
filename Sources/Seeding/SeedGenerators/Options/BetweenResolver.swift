/// Finds the generator of `{"between": [LOWEST, HIGHEST]}`, whose name the type of the column decides.
enum BetweenResolver {
  /// The generators for the names of PostgreSQL's types.
  private static let generators = [
    "int2": "integer", "int4": "integer", "int8": "integer", "smallint": "integer", "integer": "integer",
    "bigint": "integer", "numeric": "decimal", "decimal": "decimal", "float4": "double", "float8": "double",
    "real": "double", "double precision": "double", "date": "date", "time": "time",
    "time without time zone": "time", "timestamp": "timestamp", "timestamp without time zone": "timestamp",
    "timestamptz": "timestamptz", "timestamp with time zone": "timestamptz", "interval": "interval",
  ]

  /// The name of the generator for limits.
  ///
  /// Without a known type, whole numbers are for `integer` and others for `decimal`, and strings are dates, timestamps,
  /// times or durations.
  static func generator(_ limits: GeneratorValue, type: String?) throws(GeneratorFault) -> String {
    if let type {
      guard let name = generators[type] else {
        throw GeneratorFault("'between' is for numbers, dates and times, but the column has the type \(type)")
      }
      return name
    }
    guard case .list(let ends) = limits, ends.count == 2 else {
      throw GeneratorFault("expected an array of two numbers, dates or times, found \(limits.found)")
    }
    switch (ends[0], ends[1]) {
    case (.number(let lower), .number(let upper)):
      return Int(lower) != nil && Int(upper) != nil ? "integer" : "decimal"
    case (.string(let first), .string(let last)):
      if let first = Timestamp.parse(first), let last = Timestamp.parse(last) {
        if first.hasZone || last.hasZone { return "timestamptz" }
        return first.hasTime || last.hasTime ? "timestamp" : "date"
      }
      if Timestamp.time(first) != nil { return "time" }
      if Interval.parse(first) != nil { return "interval" }
    default: break
    }
    throw GeneratorFault("expected an array of two numbers, dates or times")
  }
}
