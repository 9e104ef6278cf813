import Postgres
import Testing

@testable import SeedKit

@Suite("Reading a seeder.json")
struct DefinitionReaderTests {
  private func read(_ text: String) throws -> SeederDefinition {
    try DefinitionReader.read(Array(text.utf8), path: "seeder.json")
  }

  private func faults(_ text: String) -> [String] {
    do {
      _ = try read(text)
      return []
    } catch let error as FixtureError {
      return error.faults.map { $0.description.replacing("seeder.json:", with: "") }
    } catch {
      return ["\(error)"]
    }
  }

  @Test("needs few keys and has defaults for the rest")
  func small() throws {
    let definition = try read(
      #"{id: 'a-b2', summary: "s", tables: [{table: "t", files: "t.csv", key: "id"}],} // JSON5"#)
    #expect(definition.id == "a-b2")
    #expect(definition.environments == [.dev, .test, .ci, .ciLocal])
    #expect(definition.dependencies.isEmpty)
    let table = try #require(definition.tables.first)
    #expect(table.table == TableName(schema: nil, name: "t"))
    #expect(table.key == ["id"])
    #expect(table.policy == .upsert && table.drift == nil)
    #expect(table.csv == CSVFormat())
  }

  @Test("supports all keys")
  func large() throws {
    let definition = try read(
      #"""
      {
        "$schema": "x", "id": "all", "summary": "s", "dependencies": ["a", "b"], "environments": ["production"],
        "tables": [{
          "table": "s.t", "files": ["a/b.json", "c.NDJSON"], "key": ["x", "y"], "policy": "sync", "onDrift": "fail",
          "null": "", "delimiter": "\t", "touch": "updated", "ignore": ["z"],
          "columns": {"x": "Field X", "r": {"field": ["f", "g"], "references": {"table": "o.u", "key": ["k", "l"], "column": "c"}}},
          "children": [{"table": "kids", "field": "list", "parent": "t_id", "key": "id", "policy": "insert-missing",
            "columns": {"n": "$position", "v": "$value"}}]
        }]
      }
      """#)
    let table = try #require(definition.tables.first)
    #expect(definition.environments == [.production] && definition.dependencies == ["a", "b"])
    #expect(table.table == TableName(schema: "s", name: "t") && table.policy == .sync && table.drift == .fail)
    #expect(
      table.csv.delimiter == 9 && table.touchedColumn == "updated" && table.ignoredFields.map(\.text) == ["z"]
    )
    #expect(table.columns.map(\.fields) == [["Field X"], ["f", "g"]])
    #expect(table.columns[1].reference?.column == "c" && table.columns[1].reference?.key == ["k", "l"])
    #expect(table.children.first?.isScalar == true && table.children.first?.policy == .insertMissing)
  }

  @Test("reports every fault with its line, all at once")
  func faults() {
    let found = faults(
      #"""
      {
        id: "Not An Id", sumary: "s",
        environments: ["dev", "moon"],
        tables: [
          {table: "a.b.c", files: ["../t.csv", "t.txt", "/etc/passwd"], key: []},
          {tabel: "t", files: "t.csv", key: "id", policy: "replace", onDrift: 3, delimiter: "||"},
          {table: "t", files: "t.csv", key: "id", columns: {"": "x", r: {field: ["a", "b"], references: {table: "o", key: "k"}},
            two: {field: ["a", "b"]}, n: 5}},
          "text",
        ],
      }
      """#)
    #expect(
      found == [
        "2: field 'id': found 'Not An Id'; expected lowercase letters, digits and hyphens",
        "1: field 'summary' is missing; expected a string",
        "3: field 'environments[2]': found 'moon'; expected one of dev, test, ci, ci-local, production",
        "5: field 'table': found 'a.b.c'; expected TABLE or SCHEMA.TABLE",
        "5: field 'files': found '../t.csv'; expected a path inside the seeder's folder",
        "5: field 'files': found '/etc/passwd'; expected a path inside the seeder's folder",
        "5: field 'files': found 't.txt'; expected a name that ends in .json, .jsonl, .ndjson, .csv, .tsv, .yaml or .yml, with or without .gz or .zst, or the key 'format'",
        "5: field 'files': found '/etc/passwd'; expected a name that ends in .json, .jsonl, .ndjson, .csv, .tsv, .yaml or .yml, with or without .gz or .zst, or the key 'format'",
        "5: field 'key': found an empty array; expected at least one string",
        "6: field 'table' is missing; expected a string",
        "6: field 'policy': found 'replace'; expected one of upsert, insert-missing, sync",
        "6: field 'onDrift': found number 3; expected one of overwrite, keep, fail",
        "6: field 'delimiter': found '||'; expected one ASCII character other than a quote",
        "6: field 'tabel': found an unknown key; expected 'table'",
        "7: found ''; expected a name of 1 to 63 bytes",
        "7: field 'r': found 2 fields for a key of 1 columns; expected a field for each column of the key",
        "8: field 'two': found several fields; expected one field, or a reference",
        "8: found number 5; expected a field's name, or an object",
        "9: found a string; expected a table",
        "2: field 'sumary': found an unknown key; expected 'summary'",
      ])
  }

  @Test(
    "rejects invalid definitions",
    arguments: [
      ("", "1:1: found an empty file"), ("[]", "1: found an array; expected a seeder"),
      ("{", "1:2: found the end of the file"), ("{id: 'a', id: 'b'}", "1:11: duplicate key"),
      (
        "{id: 'a', summary: 's', tables: []}",
        "1: field 'tables': found an empty array; expected an array of tables"
      ),
      (
        "{id: 'a', summary: 's', tables: {}}",
        "1: field 'tables': found an object; expected an array of tables"
      ),
      (
        "{id: 'a', summary: 's', tables: {table: 't', files: 'a.csv', key: 'k'}}",
        "1: field 'tables': found an object; expected an array of tables"
      ),
      (
        "{id: 'a', summary: 's', tables: { {table: 't', files: 'a.csv', key: 'k'} }}",
        "1:33: field 'tables': found an object; expected an array of tables, in '[' and ']'"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: { ['a.csv'] }, key: 'k'}]}",
        "1:54: field 'tables[1].files': found an object; expected an array, in '[' and ']'"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'a.json', key: 'k', children: {\n{table: 'u'}}}]}",
        "1:84: field 'tables[1].children': found an object; expected an array of tables, in '[' and ']'"
      ),
      (
        "{id: 'a', summary: null, tables: [{table: 't', files: 'a.csv', key: 'k'}]}",
        "1: field 'summary': found null"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'b.csv', key: 'k', children: [{table: 'c', key: 'k'}]}]}",
        "1: field 'field' is missing"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'b.csv', key: 'k', delimiter: '\"'}]}",
        "1: field 'delimiter': found '\"'"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'b.csv', key: 'k', quote: ';', delimiter: ';'}]}",
        "1: found the same character for two of 'delimiter', 'quote', 'escape' and 'comment'; expected different characters"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'b.csv', key: 'k', quote: '', escape: '/'}]}",
        "1: field 'escape': found 'escape' without quotes; expected a quote under 'quote'"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'b.txt', key: 'k', format: 'copy'}]}",
        "1: field 'header' is missing; expected the names of the fields, which the format copy lacks"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'b.csv', key: 'k', encoding: 'windows-1'}]}",
        "1: field 'encoding': found 'windows-1'; expected an encoding that iconv supports, such as"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'b.csv', key: 'k', dateFormat: 'DD.MM'}]}",
        "1: field 'dateFormat': found 'DD.MM'; expected a pattern of YYYY or YY, MM, DD, HH24, HH12, MI, SS and AM, such as DD.MM.YYYY"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'b.csv', key: 'k', decimal: ',', thousands: ','}]}",
        "1: field 'thousands': found ','; expected one character, other than a digit, a sign and the decimal separator"
      ),
      (
        "{id: 'a', summary: 's', tables: [{table: 't', files: 'b.csv', key: 'k', children: [{table: 'c', field: 'f', parent: 'p', key: 'k', split: ','}]}]}",
        "1: field 'split': found a list of strings without a column for them; expected a column with the field '$value'"
      ),
    ])
  func refused(_ text: String, _ start: String) {
    #expect(faults(text).first?.hasPrefix(start) == true, "\(faults(text))")
  }

  @Test(
    "normalizes paths", arguments: [("./a.csv", "a.csv"), ("x//a.csv", "x/a.csv"), ("x/../a.csv", "a.csv")])
  func paths(_ path: String, _ normalized: String) throws {
    let definition = try read("{id: 'a', summary: 's', tables: [{table: 't', files: '\(path)', key: 'k'}]}")
    guard case .files(let files)? = definition.tables.first?.source else {
      Issue.record("no files")
      return
    }
    #expect(files.map(\.name) == [normalized])
  }

  @Test(
    "rejects contradictions",
    arguments: [
      ("key: ['k', 'k'],", "field 'key': found a duplicate column; expected each column once"),
      (
        "ignore: ['k'],",
        "field 'ignore': found the key column 'k'; expected a field for it under 'columns', or no such entry under 'ignore'"
      ),
      (
        "ignore: ['*'],",
        "field 'ignore': found '*', which covers the key column 'k'; expected a field for it under 'columns', or no such entry under 'ignore'"
      ),
      (
        "columns: {n: 'Name'}, ignore: ['Name'],",
        "field 'ignore': found the field 'Name', which 'columns' reads; expected the field in only one of the two"
      ),
      (
        "columns: {r: {field: ['f', 'g'], references: {table: 'o', key: ['k', 'k']}}},",
        "field 'columns': found a duplicate column in the key of 'r'; expected each column once"
      ),
      (
        "touch: 'n', columns: {n: 'Name'},",
        "field 'touch': found the column 'n', which a field fills; expected a column that no field fills"
      ),
      (
        "touch: 'k',",
        "field 'touch': found the column 'k', which a field fills; expected a column that no field fills"
      ),
      ("files: ['a.csv', './a.csv'],", "field 'files': duplicate file 'a.csv'"),
      (
        "table: 'seed_runner.history',",
        "field 'table': found 'seed_runner.history', an internal table of seed-runner; expected one of your tables"
      ),
    ])
  func contradictions(_ text: String, _ expected: String) {
    var parts = ["table": "table: 't'", "files": "files: 'a.csv'", "key": "key: 'k'"]
    for key in parts.keys where text.hasPrefix(key) { parts[key] = nil }
    let found = faults(
      "{id: 'a', summary: 's', tables: [{\(text) \(parts.values.sorted().joined(separator: ", "))}]}")
    #expect(found == ["1: \(expected)"])
  }

  /// Names that are only looked up in the table are reported later as missing.
  @Test("rejects names that PostgreSQL would truncate")
  func longNames() {
    let name = String(repeating: "ü", count: 35)
    let found = faults(
      """
      {id: "a", summary: "s", tables: [{table: "\(name)", files: "t.csv", key: "\(name)", touch: "\(name)x",
        columns: {"\(name)": "x", r: {references: {table: "o", key: "\(name)", column: "\(name)"}}}}]}
      """)
    #expect(found.count == 2, "\(found)")
    #expect(found.allSatisfy { $0.hasSuffix("expected a name of 1 to 63 bytes") })
  }

  @Test("rejects a JSON document of any depth without crashing")
  func depth() {
    let open = String(repeating: "[", count: 200_000)
    #expect(faults("{id: \(open)").count == 1)
    #expect(faults(String(repeating: "{a:", count: 200_000)).count == 1)
  }
}
