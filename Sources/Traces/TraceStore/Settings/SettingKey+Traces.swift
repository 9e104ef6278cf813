public import SeedKit

// What holds for every trace.

extension AnySettingKey {
  /// The settings of all traces.
  public static let traces: [AnySettingKey] = [.init(.validationThreshold)]
}

extension SettingKey where Value == Int {
  /// How many confirmations make a trace validated, 1 to 1000. 2 by default.
  public static let validationThreshold = SettingKey(
    "validationThreshold", variables: "VALIDATION_THRESHOLD", default: 2, in: 1...1000,
    summary: "How many confirmations make a trace validated")
}
