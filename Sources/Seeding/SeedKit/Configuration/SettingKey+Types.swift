// One initializer for each value type, so that a setting is a single declaration.

extension SettingKey where Value == Int {
  /// A whole number within bounds.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - value: the built-in default.
  ///   - bounds: the least and the greatest value.
  ///   - unit: what is counted, such as `bytes`.
  ///   - summary: what it decides, in a line without a period.
  public init(
    _ name: String, variables: String..., flag: String? = nil, default value: Int,
    in bounds: ClosedRange<Int>,
    unit: String? = nil, summary: String
  ) {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: unit, bounds: bounds,
      defaultValue: value, isSecret: false, expected: SettingText.expected(bounds, unit: unit),
      isAllowedInFiles: true, fileType: .number,
      parse: { (text) throws(SettingValueError) in try SettingText.number(text, in: bounds) },
      show: { "\($0)" })
  }
}

extension SettingKey where Value == Int? {
  /// An optional whole number within bounds.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - bounds: the least and the greatest value.
  ///   - summary: what it decides, and what holds while it is not set.
  public init(
    _ name: String, variables: String..., flag: String? = nil, in bounds: ClosedRange<Int>,
    summary: String
  ) {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: nil, bounds: bounds,
      defaultValue: nil, isSecret: false, expected: SettingText.expected(bounds, unit: nil),
      isAllowedInFiles: true, fileType: .optionalNumber,
      parse: { (text) throws(SettingValueError) in try SettingText.number(text, in: bounds) },
      show: { $0.map(String.init) ?? "" })
  }
}

extension SettingKey where Value == Duration {
  /// A whole number of seconds within bounds.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - defaultSeconds: the built-in default.
  ///   - bounds: the least and the greatest value, in seconds.
  ///   - summary: what it decides, in a line without a period.
  public init(
    _ name: String, variables: String..., flag: String? = nil, defaultSeconds: Int,
    in bounds: ClosedRange<Int>,
    summary: String
  ) {
    let unit = "seconds"
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: unit, bounds: bounds,
      defaultValue: .seconds(defaultSeconds), isSecret: false,
      expected: SettingText.expected(bounds, unit: unit),
      isAllowedInFiles: true, fileType: .number,
      parse: { (text) throws(SettingValueError) in .seconds(try SettingText.number(text, in: bounds)) },
      show: { "\($0.components.seconds)" })
  }
}

extension SettingKey where Value == Bool {
  /// A Boolean. In variables and flags, `true`, `1`, `yes` and `on` and their opposites are accepted, in any case.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - value: the built-in default.
  ///   - summary: what it decides, in a line without a period.
  public init(_ name: String, variables: String..., flag: String? = nil, default value: Bool, summary: String)
  {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: nil, bounds: nil,
      defaultValue: value, isSecret: false, expected: "true or false", isAllowedInFiles: true,
      fileType: .bool,
      parse: { (text) throws(SettingValueError) in try SettingText.flag(text) }, show: { "\($0)" })
  }
}

extension SettingKey where Value == Bool? {
  /// An optional Boolean.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - summary: what it decides, and what holds while it is not set.
  public init(_ name: String, variables: String..., flag: String? = nil, summary: String) {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: nil, bounds: nil,
      defaultValue: nil, isSecret: false, expected: "true or false", isAllowedInFiles: true,
      fileType: .optionalBool, parse: { (text) throws(SettingValueError) in try SettingText.flag(text) },
      show: { $0.map { "\($0)" } ?? "" })
  }
}

extension SettingKey where Value == Double {
  /// A number within bounds.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - value: the built-in default.
  ///   - bounds: the least and the greatest value.
  ///   - summary: what it decides, in a line without a period.
  public init(
    _ name: String, variables: String..., flag: String? = nil, default value: Double,
    in bounds: ClosedRange<Double>, summary: String
  ) {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: nil, bounds: nil,
      defaultValue: value, isSecret: false,
      expected: "a number from \(bounds.lowerBound) to \(bounds.upperBound)", isAllowedInFiles: true,
      fileType: .number,
      parse: { (text) throws(SettingValueError) in
        guard let number = Double(text), bounds.contains(number) else { throw SettingValueError() }
        return number
      }, show: { "\($0)" }, decimalBounds: bounds)
  }
}

extension SettingKey where Value == String {
  /// A string.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - value: the built-in default.
  ///   - expected: what a value is, for error texts.
  ///   - summary: what it decides, in a line without a period.
  ///   - check: throws for an invalid string. By default every string is valid.
  public init(
    _ name: String, variables: String..., flag: String? = nil, default value: String, expected: String,
    summary: String, check: @escaping @Sendable (String) throws(SettingValueError) -> Void = { _ in }
  ) {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: nil, bounds: nil,
      defaultValue: value, isSecret: false, expected: expected, isAllowedInFiles: true, fileType: .text,
      parse: { (text) throws(SettingValueError) in
        guard !text.isEmpty, !text.utf8.contains(0) else { throw SettingValueError() }
        try check(text)
        return text
      }, show: { $0 })
  }

  /// One of several words.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - value: the built-in default.
  ///   - words: the values.
  ///   - summary: what it decides, in a line without a period.
  public init(
    _ name: String, variables: String..., flag: String? = nil, default value: String, among words: [String],
    summary: String
  ) {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: nil, bounds: nil,
      defaultValue: value, isSecret: false, expected: "one of " + words.joined(separator: ", "),
      isAllowedInFiles: true, fileType: .text,
      parse: { (text) throws(SettingValueError) in
        guard words.contains(text) else {
          throw SettingValueError(suggestion: Suggestion.nearest(to: text, in: words).first)
        }
        return text
      }, show: { $0 }, allowed: words)
  }
}

extension SettingKey where Value == [SeederID]? {
  /// An optional list of seeder ids: an array in a file, otherwise separated by commas.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - summary: what it decides, and what holds while it is not set.
  public init(_ name: String, variables: String..., flag: String? = nil, summary: String) {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: nil, bounds: nil,
      defaultValue: nil, isSecret: false, expected: "one or more seeder ids", isAllowedInFiles: true,
      fileType: .optionalList,
      parse: { (text) throws(SettingValueError) in
        var ids: [SeederID] = []
        for word in text.split(separator: ",") {
          guard let id = SeederID(rawValue: word.filter { $0 != " " }) else { throw SettingValueError() }
          ids.append(id)
        }
        guard !ids.isEmpty else { throw SettingValueError() }
        return ids
      }, show: { ($0 ?? []).map(\.rawValue).joined(separator: ",") })
  }
}

extension SettingKey where Value == String? {
  /// An optional string.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - expected: what a value is, for error texts.
  ///   - summary: what it decides, and what holds while it is not set.
  ///   - check: throws for an invalid string. By default every string is valid.
  public init(
    _ name: String, variables: String..., flag: String? = nil, expected: String, summary: String,
    check: @escaping @Sendable (String) throws(SettingValueError) -> Void = { _ in }
  ) {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: nil, bounds: nil,
      defaultValue: nil, isSecret: false, expected: expected, isAllowedInFiles: true, fileType: .optionalText,
      parse: { (text) throws(SettingValueError) in
        guard !text.isEmpty, !text.utf8.contains(0) else { throw SettingValueError() }
        try check(text)
        return text
      }, show: { $0 ?? "" })
  }
}

extension SettingKey where Value == Secret<String>? {
  /// An optional secret.
  ///
  /// - Parameters:
  ///   - name: the path in the files, such as `seed.jobs`.
  ///   - variables: the environment variables, the strongest first.
  ///   - flag: the flag without its hyphens, if there is one.
  ///   - expected: what a value is, for error texts.
  ///   - summary: what it decides, and what holds while it is not set.
  ///   - check: throws for an invalid string, without quoting it.
  ///   - mask: the part of the secret that may be shown.
  public init(
    _ name: String, variables: String..., flag: String? = nil, expected: String, summary: String,
    check: @escaping @Sendable (String) throws(SettingValueError) -> Void,
    mask: @escaping @Sendable (String) -> String
  ) {
    self.init(
      name: name, variables: variables, flag: flag, summary: summary, unit: nil, bounds: nil,
      defaultValue: nil, isSecret: true, expected: expected, isAllowedInFiles: true, fileType: .optionalText,
      parse: { (text) throws(SettingValueError) in
        try check(text)
        return Secret(text)
      }, show: { $0.map { mask($0.value) } ?? "" })
  }
}

/// What several types of settings share.
enum SettingText {
  static func flag(_ text: String) throws(SettingValueError) -> Bool {
    switch text.lowercased() {
    case "true", "1", "yes", "on": return true
    case "false", "0", "no", "off": return false
    default:
      throw SettingValueError(suggestion: Suggestion.nearest(to: text, in: ["true", "false"]).first)
    }
  }

  static func number(_ text: String, in bounds: ClosedRange<Int>) throws(SettingValueError) -> Int {
    guard let number = Int(text), bounds.contains(number) else { throw SettingValueError() }
    return number
  }

  static func expected(_ bounds: ClosedRange<Int>, unit: String?) -> String {
    (unit.map { "\($0), " } ?? "") + "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
  }
}
