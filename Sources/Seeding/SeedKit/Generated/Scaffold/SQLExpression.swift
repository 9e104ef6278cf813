/// An expression as `pg_get_expr` prints it. Casts and the qualifiers of functions are left out.
indirect enum SQLExpression: Hashable {
  case column(String)
  case text(String)
  case number(String)
  case boolean(Bool)
  case null
  /// The current time or date.
  case now
  case call(String, [SQLExpression])
  case array([SQLExpression])
  case binary(String, SQLExpression, SQLExpression)
  /// A comparison with `ANY` of an array, or with `ALL` of it.
  case any(String, SQLExpression, SQLExpression)
  case all(String, SQLExpression, SQLExpression)
  case isNull(SQLExpression)
  case not(SQLExpression)
  case and([SQLExpression])
  case or([SQLExpression])

  /// Parses an expression; nil if it has a form that is not known.
  init?(_ text: String) {
    guard let tokens = Token.list(of: text) else { return nil }
    var parser = SQLExpressionParser(tokens: tokens)
    guard let expression = parser.disjunction(), parser.isAtEnd else { return nil }
    self = expression
  }

  /// The text of a constant.
  var constant: String? {
    switch self {
    case .text(let text), .number(let text): text
    case .boolean(let flag): flag ? "true" : "false"
    case .binary("-", .number("0"), .number(let text)): "-\(text)"
    default: nil
    }
  }

  enum Token: Hashable {
    case word(String)
    case identifier(String)
    case text(String)
    case number(String)
    case symbol(String)

    private static let operators = Set("<>=~!@#%^&|?+-*/")

    static func list(of text: String) -> [Token]? {
      var tokens: [Token] = []
      var rest = text[...]
      while let first = rest.first {
        switch first {
        case " ", "\n", "\t": rest.removeFirst()
        case "'":
          guard let value = quoted(&rest, by: "'") else { return nil }
          tokens.append(.text(value))
        case "\"":
          guard let value = quoted(&rest, by: "\"") else { return nil }
          tokens.append(.identifier(value))
        case ":":
          guard rest.hasPrefix("::") else { return nil }
          tokens.append(.symbol("::"))
          rest.removeFirst(2)
        case "(", ")", "[", "]", ",", ".":
          tokens.append(.symbol(String(first)))
          rest.removeFirst()
        default:
          let start = rest
          if first.isNumber {
            rest = rest.drop { $0.isNumber || $0 == "." }
            tokens.append(.number(String(start[..<rest.startIndex])))
          } else if first.isLetter || first == "_" {
            rest = rest.drop { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
            tokens.append(.word(String(start[..<rest.startIndex])))
          } else if operators.contains(first) {
            rest = rest.drop(while: operators.contains)
            tokens.append(.symbol(String(start[..<rest.startIndex])))
          } else {
            return nil
          }
        }
      }
      return tokens
    }

    private static func quoted(_ rest: inout Substring, by quote: Character) -> String? {
      rest.removeFirst()
      var value = ""
      while let character = rest.popFirst() {
        if character != quote {
          value.append(character)
        } else if rest.first == quote {
          value.append(quote)
          rest.removeFirst()
        } else {
          return value
        }
      }
      return nil
    }
  }
}

/// Parses the tokens of an expression. Each function returns nil for an unknown form.
struct SQLExpressionParser {
  private var tokens: ArraySlice<SQLExpression.Token>

  init(tokens: [SQLExpression.Token]) { self.tokens = tokens[...] }

  var isAtEnd: Bool { tokens.isEmpty }

  private mutating func skip(_ token: SQLExpression.Token) -> Bool {
    guard tokens.first == token else { return false }
    tokens.removeFirst()
    return true
  }

  private mutating func skip(word: String) -> Bool { skip(.word(word)) }
  private mutating func skip(_ symbol: String) -> Bool { skip(.symbol(symbol)) }

  mutating func disjunction() -> SQLExpression? {
    guard let first = conjunction() else { return nil }
    var parts = [first]
    while skip(word: "OR") {
      guard let next = conjunction() else { return nil }
      parts.append(next)
    }
    return parts.count == 1 ? first : .or(parts)
  }

  private mutating func conjunction() -> SQLExpression? {
    guard let first = negation() else { return nil }
    var parts = [first]
    while skip(word: "AND") {
      guard let next = negation() else { return nil }
      parts.append(next)
    }
    return parts.count == 1 ? first : .and(parts)
  }

  private mutating func negation() -> SQLExpression? {
    if skip(word: "NOT") { return negation().map(SQLExpression.not) }
    return comparison()
  }

  private mutating func comparison() -> SQLExpression? {
    guard var left = operand() else { return nil }
    while let token = tokens.first {
      if token == .word("IS") {
        tokens.removeFirst()
        let isNegated = skip(word: "NOT")
        let test: SQLExpression
        if skip(word: "NULL") {
          test = .isNull(left)
        } else if skip(word: "TRUE") || skip(word: "true") {
          test = left
        } else if skip(word: "FALSE") || skip(word: "false") {
          test = .not(left)
        } else {
          return nil
        }
        left = isNegated ? .not(test) : test
        continue
      }
      guard case .symbol(let name) = token, !["(", ")", "[", "]", ",", ".", "::"].contains(name) else {
        break
      }
      tokens.removeFirst()
      if skip(word: "ANY") {
        guard let list = operand() else { return nil }
        left = .any(name, left, list)
      } else if skip(word: "ALL") {
        guard let list = operand() else { return nil }
        left = .all(name, left, list)
      } else {
        guard let right = operand() else { return nil }
        left = .binary(name, left, right)
      }
    }
    return left
  }

  private mutating func operand() -> SQLExpression? {
    guard var value = primary() else { return nil }
    while skip("::") {
      guard skipType() else { return nil }
    }
    // An operator of arithmetic binds its operands in parentheses of their own, so casts are all that follows.
    if case .text(let text) = value, text.hasPrefix("{"), text.hasSuffix("}"), !text.contains("\"") {
      value = .array(text.dropFirst().dropLast().split(separator: ",").map { .text(String($0)) })
    }
    return value
  }

  private mutating func primary() -> SQLExpression? {
    guard let token = tokens.popFirst() else { return nil }
    switch token {
    case .text(let text): return .text(text)
    case .number(let text): return .number(text)
    case .identifier(let name): return name.isEmpty ? nil : afterName(name, isWord: false)
    case .symbol("("):
      guard let inner = disjunction(), skip(")") else { return nil }
      return inner
    case .symbol("-"):
      guard case .number(let text)? = primary() else { return nil }
      return .number("-\(text)")
    case .symbol: return nil
    case .word(let word):
      switch word {
      case "NULL": return .null
      case "true": return .boolean(true)
      case "false": return .boolean(false)
      case "CURRENT_DATE", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP": return .now
      case "ARRAY":
        guard skip("["), let elements = list(until: "]") else { return nil }
        return .array(elements)
      case "CASE": return choice()
      case "COALESCE":
        guard skip("("), let elements = list(until: ")") else { return nil }
        return .call("coalesce", elements)
      case "ROW", "EXTRACT", "POSITION", "GREATEST", "LEAST": return nil
      default: return afterName(word, isWord: true)
      }
    }
  }

  /// `CASE WHEN condition THEN result ELSE other END` of conditions, as alternatives.
  private mutating func choice() -> SQLExpression? {
    var earlier: [SQLExpression] = []
    var alternatives: [SQLExpression] = []
    // CASE column WHEN value
    let subject = tokens.first == .word("WHEN") ? nil : operand()
    while skip(word: "WHEN") {
      guard var condition = disjunction(), skip(word: "THEN"), let result = disjunction() else { return nil }
      if let subject { condition = .binary("=", subject, condition) }
      alternatives.append(.and(earlier + [condition, result]))
      earlier.append(.not(condition))
    }
    guard !earlier.isEmpty else { return nil }
    if skip(word: "ELSE") {
      guard let other = disjunction() else { return nil }
      alternatives.append(.and(earlier + [other]))
    } else {
      // Without ELSE, the result is NULL, which meets a constraint.
      alternatives.append(.and(earlier))
    }
    return skip(word: "END") ? .or(alternatives) : nil
  }

  private mutating func afterName(_ name: String, isWord: Bool) -> SQLExpression? {
    var name = name
    while skip(".") {
      switch tokens.popFirst() {
      case .word(let next), .identifier(let next): name = next
      default: return nil
      }
    }
    guard skip("(") else { return .column(name) }
    guard let arguments = list(until: ")") else { return nil }
    return ["now", "statement_timestamp", "clock_timestamp"].contains(name) ? .now : .call(name, arguments)
  }

  private mutating func list(until end: String) -> [SQLExpression]? {
    var elements: [SQLExpression] = []
    guard !skip(end) else { return [] }
    repeat {
      guard let element = disjunction() else { return nil }
      elements.append(element)
    } while skip(",")
    return skip(end) ? elements : nil
  }

  private static let typeWords: Set<String> = ["varying", "with", "without", "time", "zone", "precision"]

  private mutating func skipType() -> Bool {
    switch tokens.popFirst() {
    case .word, .identifier: break
    default: return false
    }
    while true {
      if case .word(let word)? = tokens.first, Self.typeWords.contains(word) {
        tokens.removeFirst()
      } else if skip(".") {
        _ = tokens.popFirst()
      } else if skip("(") {
        while let token = tokens.popFirst(), token != .symbol(")") {}
      } else if skip("[") {
        guard skip("]") else { return false }
      } else {
        return true
      }
    }
  }
}
