import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

/// Compares the smaller readers with Python. `SEED_TEST_FUZZ` multiplies the number of random inputs.
@Suite("Readers of values, compared with Python", .enabled(if: Python.isInstalled))
struct PythonReaderTests {
  private struct Encoded: Codable {
    let encoding: String
    let bytes: Data
  }

  @Test("encodings give the same text and reject the same bytes")
  func encodings() async throws {
    let script = """
      import base64, json, sys
      results = []
      for case in json.load(open(sys.argv[1])):
          try:
              text = base64.b64decode(case["bytes"]).decode(case["encoding"])
              results.append(base64.b64encode(text.encode()).decode())
          except UnicodeError:
              results.append(None)
      json.dump(results, sys.stdout)
      """
    var random = SplitMix(state: 11)
    let encodings = [
      "windows-1252", "latin-1", "iso8859-15", "koi8-r", "cp437", "utf-16le", "utf-16be", "utf-16",
      "utf-32le",
    ]
    for _ in 0..<Python.rounds {
      let cases = (0..<2_000).map { _ in
        let encoding = encodings.randomElement(using: &random) ?? ""
        let isWide = encoding.hasPrefix("utf-32")
        let bytes = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ -> [UInt8] in
          let pairs: [[UInt8]] = [
            [0xD8, 0x3D], [0xDE, 0x00], [0x3D, 0xD8], [0x00, 0xDE], [0x61, 0], [0, 0x0A],
          ]
          if isWide { return [UInt8.random(in: 0...255, using: &random), 0x01, 0, 0] }
          if Bool.random(using: &random) { return pairs.randomElement(using: &random) ?? [] }
          return [UInt8.random(in: 1...255, using: &random)]
        }
        return Encoded(encoding: encoding, bytes: Data(bytes))
      }
      let expected = try await Python.run(script, on: cases, as: [Data?].self)
      #expect(expected.contains { $0 == nil } && expected.contains { $0 != nil })
      for (example, text) in zip(cases, expected) {
        for size in [1, 3, 100] {
          var found: [UInt8]? = []
          do {
            let stream = try DecodedBytes(
              Parts(Array(example.bytes), size: size), encoding: example.encoding, path: "t")
            while let chunk = try stream.next() { found?.append(contentsOf: chunk) }
          } catch {
            found = nil
          }
          #expect(
            found == text.map { Array($0) }, "\(example.encoding) \(Array(example.bytes)), parts of \(size)")
        }
      }
    }
  }

  private struct Lookup: Codable {
    let document: String
    let path: String
  }

  @Test("JSON paths lead to the same values")
  func paths() async throws {
    let script = """
      import json, sys
      results = []
      for case in json.load(open(sys.argv[1])):
          node, path = json.loads(case["document"]), case["path"]
          steps = ([step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]
                   if path.startswith("/") else path.split("."))
          try:
              for step in steps:
                  if node is None: break
                  if isinstance(node, list):
                      if not step.isdigit() or str(int(step)) != step: raise LookupError
                      node = node[int(step)]
                  elif isinstance(node, dict): node = node[step]
                  else: raise LookupError
              results.append(json.dumps(node, separators=(",", ":"), ensure_ascii=False))
          except LookupError:
              results.append(None)
      json.dump(results, sys.stdout)
      """
    var random = SplitMix(state: 12)
    let keys = ["a", "b", "0", "1", "a.b", "a/b", "~", ""]
    func value(_ depth: Int) -> String {
      switch Int.random(in: 0..<(depth > 2 ? 3 : 5), using: &random) {
      case 0: return "null"
      case 1: return "1"
      case 2: return "\"x\""
      case 3:
        return
          "[\((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth + 1) }.joined(separator: ","))]"
      default:
        let names = Set((0..<4).map { _ in keys.randomElement(using: &random) ?? "" }).sorted()
        return "{\(names.map { "\"\($0)\":\(value(depth + 1))" }.joined(separator: ","))}"
      }
    }
    for _ in 0..<Python.rounds {
      let cases = (0..<2_000).compactMap { _ -> Lookup? in
        let steps = (0..<Int.random(in: 1...3, using: &random)).map { _ in
          keys.randomElement(using: &random) ?? ""
        }
        let path =
          Bool.random(using: &random)
          ? steps.joined(separator: ".")
          : steps.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
        guard JSONPath(path) != nil else { return nil }
        return Lookup(document: value(0), path: path)
      }
      let expected = try await Python.run(script, on: cases, as: [String?].self)
      #expect(expected.contains { $0 == nil } && expected.contains { $0 != nil })
      for (example, text) in zip(cases, expected) {
        var found: String?
        if case .value(let node)? = JSONPath(example.path)?.find(
          in: try JSONParser.parse(Array(example.document.utf8)))
        {
          found = node.isNull ? "null" : JSONText.text(node, as: .json)
        }
        #expect(found == text, "\(example.path) in \(example.document)")
      }
    }
  }

  private struct Text: Codable {
    let text: String
    let format: String
    let other: String
  }

  @Test("patterns match the same names")
  func patterns() async throws {
    let script = """
      import json, re, sys
      json.dump([re.fullmatch(".*".join(map(re.escape, case["format"].split("*"))), case["text"], re.S) is not None
                 for case in json.load(open(sys.argv[1]))], sys.stdout)
      """
    var random = SplitMix(state: 13)
    for _ in 0..<Python.rounds {
      let cases = (0..<3_000).map { _ in
        func word(_ pieces: [String]) -> String {
          (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
        }
        return Text(text: word(["a", "b", ".", "é"]), format: word(["a", "b", ".", "*", "*"]), other: "")
      }
      let expected = try await Python.run(script, on: cases, as: [Bool].self)
      for (example, isMatch) in zip(cases, expected) {
        #expect(
          FilePattern.isMatch(Array(example.text.utf8), Array(example.format.utf8)) == isMatch, "\(example)")
      }
    }
  }

  @Test("dates are the same, or rejected by both")
  func dates() async throws {
    let script = """
      import datetime, json, sys
      parts = [("YYYY", "%Y"), ("YY", "%y"), ("MM", "%m"), ("DD", "%d"), ("HH24", "%H"), ("HH12", "%I"), ("MI", "%M"),
               ("SS", "%S"), ("AM", "%p")]
      results = []
      for case in json.load(open(sys.argv[1])):
          pattern = case["format"]
          for name, code in parts: pattern = pattern.replace(name, code)
          try:
              time = datetime.datetime.strptime(case["text"], pattern)
              results.append(time.strftime("%Y-%m-%d" + (" %H:%M:%S" if "HH" in case["format"] else "")).zfill(10))
          except ValueError:
              results.append(None)
      json.dump(results, sys.stdout)
      """
    var random = SplitMix(state: 14)
    let formats = [
      "DD.MM.YYYY", "MM/DD/YYYY", "YYYY/MM/DD", "DD-MM-YY", "DD.MM.YYYY HH24:MI", "MM/DD/YYYY HH12:MI AM",
      "YYYY.MM.DD HH24:MI:SS",
    ]
    for _ in 0..<Python.rounds {
      let cases = (0..<3_000).map { _ -> Text in
        let format = formats.randomElement(using: &random) ?? ""
        func number(_ range: ClosedRange<Int>, width: Int) -> String {
          let text = "\(Int.random(in: range, using: &random))"
          let isPadded = width > 2 || Bool.random(using: &random)
          return isPadded ? String(repeating: "0", count: max(0, width - text.count)) + text : text
        }
        var text = format.replacing("YYYY", with: number(1000...2400, width: 4))
        // Python and PostgreSQL disagree about the year 69.
        text.replace("YY", with: number(70...99, width: 2))
        text.replace("MM", with: number(0...13, width: 2))
        text.replace("DD", with: number(0...32, width: 2))
        text.replace("HH24", with: number(0...24, width: 2))
        text.replace("HH12", with: number(0...13, width: 2))
        text.replace("MI", with: number(0...60, width: 2))
        text.replace("SS", with: number(0...59, width: 2))
        if Int.random(in: 0..<3, using: &random) == 0 { text.replace("AM", with: "pm") }
        if Int.random(in: 0..<10, using: &random) == 0 { text.removeLast() }
        return Text(text: text, format: format, other: "")
      }
      let expected = try await Python.run(script, on: cases, as: [String?].self)
      #expect(expected.contains { $0 == nil } && expected.contains { $0 != nil })
      for (example, date) in zip(cases, expected) {
        let found = try #require(DatePattern(example.format)).rewritten(Array(example.text.utf8)[...])
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == date, "\(example)")
      }
    }
  }

  @Test("numbers are the same, or rejected by both")
  func numbers() async throws {
    let script = """
      import json, re, sys
      results = []
      for case in json.load(open(sys.argv[1])):
          decimal, thousands, text = case["format"], case["other"], case["text"]
          groups = r"|[0-9]{1,3}(?:%s[0-9]{3})+" % re.escape(thousands) if thousands else ""
          # As in PostgreSQL, the digits before the decimals may be missing.
          match = re.fullmatch(r"([+-]?)([0-9]+%s|(?=%s))(?:%s([0-9]+))?"
                               % (groups, re.escape(decimal), re.escape(decimal)), text, re.A)
          if not re.search("[0-9]", text): results.append(text)
          elif not match: results.append(None)
          else: results.append(match[1] + (match[2].replace(thousands, "") if thousands else match[2])
                               + ("." + match[3] if match[3] else ""))
      json.dump(results, sys.stdout)
      """
    var random = SplitMix(state: 15)
    let separators = [(",", "."), (".", ","), (",", ""), (",", "'"), (".", "\u{202F}")]
    let pieces = ["1", "23", "456", "000", ".", ",", "'", "\u{202F}", "-", "+", "x"]
    for _ in 0..<Python.rounds {
      let cases = (0..<3_000).map { _ -> Text in
        let (decimal, thousands) = separators.randomElement(using: &random) ?? (".", "")
        let text = (0..<Int.random(in: 1...7, using: &random)).map { _ in
          Int.random(in: 0..<3, using: &random) == 0
            ? [decimal, thousands].randomElement(using: &random) ?? ""
            : pieces.randomElement(using: &random) ?? ""
        }
        return Text(text: text.joined(), format: decimal, other: thousands)
      }
      let expected = try await Python.run(script, on: cases, as: [String?].self)
      #expect(expected.contains { $0 == nil } && expected.contains { $0 != nil })
      for (example, number) in zip(cases, expected) {
        var format = ValueFormat()
        format.decimal = example.format.utf8.first
        format.thousands = example.other.isEmpty ? nil : Array(example.other.utf8)
        let conversion = try #require(TextConversion(format, scalarPath: " -1 numeric", money: nil))
        let found: String? =
          switch conversion.apply(Array(example.text.utf8)[...]) {
          case .unchanged: example.text
          case .changed(let bytes): String(decoding: bytes, as: UTF8.self)
          case .refused: nil
          }
        #expect(found == number, "\(example)")
      }
    }
  }

  @Test("base64 is the same, or rejected by both")
  func base64() async throws {
    let script = """
      import base64, json, re, sys
      results = []
      for case in json.load(open(sys.argv[1])):
          text = re.sub("[ \\n\\r\\t]", "", case["text"])
          try:
              if len(text) % 4: raise ValueError
              results.append(base64.b64decode(text, validate=True).hex())
          except ValueError:
              results.append(None)
      json.dump(results, sys.stdout)
      """
    var random = SplitMix(state: 16)
    for _ in 0..<Python.rounds {
      let cases = (0..<3_000).map { number -> Text in
        let bytes = (0..<Int.random(in: 0...9, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        var text = Array(Data(bytes).base64EncodedString())
        if number.isMultiple(of: 2) {
          let place = Int.random(in: 0...text.count, using: &random)
          text.insert(["=", "A", " ", "\n", "-", "é"].randomElement(using: &random) ?? "=", at: place)
        }
        return Text(text: String(text), format: "", other: "")
      }
      let expected = try await Python.run(script, on: cases, as: [String?].self)
      #expect(expected.contains { $0 == nil } && expected.contains { $0 != nil })
      for (example, bytes) in zip(cases, expected) {
        let found = BytesFormat.base64.rewritten(Array(example.text.utf8)[...])
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == bytes.map { "\\x" + $0 }, "\(example)")
      }
    }
  }
}
