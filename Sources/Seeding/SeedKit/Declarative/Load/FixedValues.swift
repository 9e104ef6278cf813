import Basics
import FoundationEssentials
import Postgres

extension TableLoad {
  /// The fixed value of a slot.
  struct Fixed {
    /// Nil for NULL.
    let text: String?
    let rule: ColumnRule

    /// The environment variable with the value.
    var variable: String? {
      guard case .environment(let name)? = rule.fixed else { return nil }
      return name
    }
  }
}

extension LoadPlanner {
  /// The maximum size of a file that fills a column. Its text is staged once for each record.
  static let valueFileLimit = 8 << 20

  /// Reads the fixed value of a slot; nil if there are faults.
  func fixed(_ rule: ColumnRule, slot: TableLoad.Slot) throws -> TableLoad.Fixed? {
    switch rule.fixed {
    case nil: return nil
    case .constant(let node)?:
      guard !node.isNull else { return TableLoad.Fixed(text: nil, rule: rule) }
      guard let text = JSONText.text(node, as: slot.kind) else {
        return refuse(rule, found: node.kindDescription, expected: "a value of type \(slot.type)")
      }
      let isNumber = if case .number = node.value { true } else { false }
      return accept(
        text, rule, slot, slot.ruleOfJSON, isNumber: isNumber, found: LiteralRule.shown(text.utf8))
    case .environment(let name)?:
      guard let text = ProcessInfo.processInfo.environment[name] else {
        return refuse(
          rule, found: "no environment variable '\(name)'",
          expected: "a variable that is set, or a column without 'env'")
      }
      return accept(text, rule, slot, slot.rule, found: "the value of '\(name)'")
    case .file(let name)?:
      guard let bytes = try read(name, rule) else { return nil }
      guard slot.baseType != "bytea" else {
        return TableLoad.Fixed(text: "\\x" + Digest.hexadecimal(bytes), rule: rule)
      }
      if let found = TextEncodingCheck.fault(in: bytes[...]) {
        return refuse(rule, found: "\(found) in '\(name)'", expected: "UTF-8 text, or a column of type bytea")
      }
      return accept(
        String(decoding: bytes, as: UTF8.self), rule, slot, slot.rule, found: "the contents of '\(name)'")
    }
  }

  private func read(_ name: String, _ rule: ColumnRule) throws -> [UInt8]? {
    do {
      guard let source = try folder?.open(name) else {
        return refuse(rule, found: "no file '\(name)'", expected: "a file in the seeder's folder")
      }
      guard source.size <= Self.valueFileLimit else {
        return refuse(
          rule, found: "'\(name)' with \(source.size) bytes", expected: "at most \(Self.valueFileLimit) bytes"
        )
      }
      var bytes: [UInt8] = []
      while let chunk = try source.next() { bytes += chunk }
      return bytes
    } catch {
      try faults.add(error, of: folder?.path(of: name) ?? name)
      return nil
    }
  }

  private func accept(
    _ text: String, _ rule: ColumnRule, _ slot: TableLoad.Slot, _ literal: LiteralRule?,
    isNumber: Bool = false, found: String
  ) -> TableLoad.Fixed? {
    var text = text
    switch slot.conversion?.apply(Array(text.utf8)[...], isNumber: isNumber) {
    case .changed(let bytes)?: text = String(decoding: bytes, as: UTF8.self)
    case .refused(let expected)?: return refuse(rule, found: found, expected: expected)
    case .unchanged?, nil: break
    }
    if let expected = literal?.refusal(of: Array(text.utf8)[...]) {
      return refuse(rule, found: found, expected: expected)
    }
    return TableLoad.Fixed(text: text, rule: rule)
  }

  private func refuse<Value>(_ rule: ColumnRule, found: String, expected: String) -> Value? {
    fault(rule.line, .invalidColumnValue, found: found, expected: expected, at: rule.column)
    return nil
  }
}

/// Removes the values of environment variables from errors.
struct SecretRedaction {
  private let values: [(name: String, value: String)]

  init(_ definition: SeederDefinition) {
    let environment = definition.environmentNames.isEmpty ? [:] : ProcessInfo.processInfo.environment
    // A shorter value is no secret, and would be found in every message.
    values = definition.environmentNames.compactMap { name in
      environment[name].flatMap { $0.utf8.count < 4 ? nil : (name, $0) }
    }
  }

  func redact(_ error: any Error) -> any Error {
    guard !values.isEmpty else { return error }
    switch error {
    case let error as FixtureError:
      return FixtureError(
        error.faults.map { fault in
          FixtureFault(
            fault.code, file: fault.file, line: fault.line, column: fault.column, record: fault.record,
            field: fault.field, found: text(fault.found), expected: text(fault.expected))
        }, total: error.total, isTotalKnown: error.isTotalKnown)
    case let error as PostgresError:
      // The server's detail and context may contain the value in another form.
      return PostgresError(
        code: error.code, message: text(error.message), sqlState: error.sqlState,
        connectionFault: error.connectionFault, sql: error.sql, file: error.file, line: error.line)
    default: return error
    }
  }

  private func text(_ text: String) -> String {
    values.reduce(text) { $0.replacing($1.value, with: "(the value of \($1.name))") }
  }
}

extension TableDefinition {
  /// The fault for a fixed value that the server does not accept.
  func fault(of fixed: TableLoad.Fixed, found: String, type: String, reason: String) -> FixtureFault {
    let shown: (found: String, reason: String) =
      switch fixed.rule.fixed {
      // The server's message quotes the value.
      case .environment(let name)?: ("the value of '\(name)'", "")
      case .file(let name)?: ("the contents of '\(name)'", "")
      default: (found, " (\(reason))")
      }
    return FixtureFault(
      .invalidColumnValue, file: path, line: fixed.rule.line, field: fixed.rule.column, found: shown.found,
      expected: "a value of type \(type)\(shown.reason)")
  }
}
