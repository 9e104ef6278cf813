import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

/// Compares the reader with the nodes of PyYAML.
@Suite("YAML, compared with PyYAML", .enabled(if: Python.has("yaml")))
struct PythonYAMLTests {
  /// Builds the records from the nodes: scalars are text, merge keys are replaced, and duplicate keys, keys that are
  /// not scalars and recursive values are errors.
  private static let script = """
    import json, sys, yaml

    class Refused(Exception): pass

    loader_type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

    def build(node, above=()):
        if node in above: raise Refused
        above = above + (node,)
        if isinstance(node, yaml.ScalarNode):
            if "\\0" in node.value: raise Refused
            return None if not node.style and node.value in ("", "~", "null", "Null", "NULL") else node.value
        if isinstance(node, yaml.SequenceNode):
            return [build(child, above) for child in node.value]
        result, merged, seen = {}, [], set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen or "\\0" in key.value: raise Refused
            seen.add(key.value)
            built = build(value, above)
            if key.value == "<<" and not key.style:
                merged = built if isinstance(built, list) else [built]
                if not all(isinstance(other, dict) for other in merged): raise Refused
            else:
                result[key.value] = built
        for other in merged:
            for key, value in other.items():
                if key not in seen: result.setdefault(key, value)
        return result

    results = []
    for text in json.load(open(sys.argv[1])):
        try:
            loader = loader_type(text)
            node = loader.get_single_node()
            if not isinstance(node, yaml.SequenceNode): raise Refused
            results.append(json.dumps(build(node), sort_keys=True, ensure_ascii=False))
        except (yaml.YAMLError, Refused) as error:
            # YAML allows to use the name of an anchor again, and PyYAML does not.
            results.append("skipped" if "duplicate anchor" in str(error) else None)
    json.dump(results, sys.stdout)
    """

  private final class Parts: ByteStream {
    private var bytes: [UInt8]?

    init(_ text: String) { bytes = Array(text.utf8) }

    func next() throws -> [UInt8]? {
      defer { bytes = nil }
      return bytes
    }
  }

  /// JSON as `json.dumps` with `sort_keys` writes it, with strings for numbers, `true` and `false`.
  private func text(_ node: JSONNode) -> String {
    switch node.value {
    case .null: return "null"
    case .bool(let flag): return flag ? "\"true\"" : "\"false\""
    case .number(let literal): return "\"\(literal)\""
    case .string: return JSONText.text(node, as: .json) ?? ""
    case .array(let elements): return "[\(elements.map(text).joined(separator: ", "))]"
    case .object(let members):
      let sorted = members.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
      let parts = sorted.map { member in
        let key = JSONNode(position: member.position, value: .string(member.key))
        return "\(text(key)): \(text(member.value))"
      }
      return "{\(parts.joined(separator: ", "))}"
    }
  }

  private func read(_ source: String) -> String? {
    var records: [String] = []
    let file = YAMLFile(Parts(source), path: "t") { node, _ in records.append(text(node)) }
    do {
      while try file.next() {}
    } catch {
      return nil
    }
    return "[\(records.joined(separator: ", "))]"
  }

  private static let documents = [
    "- &a {x: 1, y: [b, 'c d']}\n- <<: *a\n  z: \"q\\n\\u00e9\"\n  w:\n    - ~\n    - null\n    - *a\n",
    "- name: one\n  text: |\n    two\n    three\n  more: >-\n    four\n\n    five\n- name: NO\n  n: 01581\n",
    "[{a: 1, b: }, {? k : v}, [x, [y]], 'it''s', &s t, *s]\n", "---\n- a: b # c\n- 'd': e:f\n- {}\n...\n",
    "--- &list\n- a: b\n- &x {c: d}\n- *x\n",
  ]

  private static let fragments = [
    "-", "- ", ": ", ":", "\n", "  ", " ", "&a ", "*a", "<<: ", "{", "}", "[", "]", ",", "'", "\"", "\\",
    "|\n", ">",
    "#", " #", "~", "null", "x", "1", "é", "? ", "\t", "---\n", "...", "!", "%", "@", "\r\n",
  ]

  @Test("gives the same records and rejects the same documents")
  func same() async throws {
    var random = SplitMix(state: 7)
    for _ in 0..<Python.rounds {
      let cases = (0..<3_000).map { number -> String in
        var text = Array(Self.documents[number % Self.documents.count].unicodeScalars)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
          let place = Int.random(in: 0...text.count, using: &random)
          switch Int.random(in: 0..<3, using: &random) {
          case 0: text.removeSubrange(place..<min(text.count, place + Int.random(in: 1...5, using: &random)))
          case 1 where place < text.count: text.removeSubrange(place...)
          default:
            text.insert(
              contentsOf: (Self.fragments.randomElement(using: &random) ?? "").unicodeScalars, at: place)
          }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: text)
        return String(result)
      }
      let expected = try await Python.run(Self.script, on: cases, as: [String?].self)
      #expect(expected.contains { $0 == nil } && expected.count { $0 != nil } > cases.count / 5)
      // Tags are refused here and ignored by the script.
      for (source, records) in zip(cases, expected) where !source.contains("!") && records != "skipped" {
        let found = read(source)
        #expect(found == records, "\(source.debugDescription)")
      }
    }
  }
}
