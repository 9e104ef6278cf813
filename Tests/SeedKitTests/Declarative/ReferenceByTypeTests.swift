import SeedTesting
import Testing

@testable import SeedKit

@Suite("References by a type")
struct ReferenceByTypeTests {
  private static let sql = """
    CREATE TABLE posts (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text UNIQUE);
    CREATE TABLE photos (id int GENERATED ALWAYS AS IDENTITY (START 100) PRIMARY KEY, album text, file text,
      comment_id int, UNIQUE (album, file));
    CREATE TABLE comments (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text UNIQUE, commentable_type text,
      commentable_id int);
    CREATE TABLE marks (comment_id int REFERENCES comments ON DELETE CASCADE, name text, PRIMARY KEY (comment_id, name));
    """
  private static func tables(_ file: String, _ more: String = "") -> String {
    """
    {table: "comments", files: "\(file)", key: "body"\(more), columns: {
      commentable_type: "type",
      commentable_id: {field: "target", references: {by: "commentable_type", tables: {
        "Post": {table: "posts", key: "slug"}, "Comment": {table: "comments", key: "body"},
        "Photo": {table: "photos", key: "file", index: "photo_file"}
      }}}
    }, children: [{table: "marks", field: "marks", parent: "comment_id", key: ["comment_id", "name"],
      columns: {name: "$value"}, split: ";"}]},
    {table: "posts", key: "slug", rows: [{slug: "one"}, {slug: "two"}]},
    {table: "photos", key: "file", index: "photo_file", rows: [{file: "cat"}]}
    """
  }
  private static let query = """
    SELECT ARRAY[c.body, c.commentable_type, coalesce(p.slug, h.file, o.body),
      (SELECT string_agg(name, '+' ORDER BY name) FROM marks WHERE comment_id = c.id)]
    FROM comments AS c LEFT JOIN posts AS p ON p.id = c.commentable_id AND c.commentable_type = 'Post'
    LEFT JOIN photos AS h ON h.id = c.commentable_id AND c.commentable_type = 'Photo'
    LEFT JOIN comments AS o ON o.id = c.commentable_id AND c.commentable_type = 'Comment' ORDER BY 1
    """
  private static let rows = ["a│Post│one│x+y", "b│Photo│cat│z", "c│Comment│a│∅", "d│∅│∅│∅", "e│Comment│c│∅"]
  private static let files = [
    "c.csv": """
    type,body,target,marks
    Comment,c,a,
    Post,a,one,x;y
    Comment,e,c,
    Photo,b,cat,z
    ,d,,
    """,
    "c.json": """
    [{"type": "Comment", "body": "c", "target": "a"}, {"type": "Post", "body": "a", "target": "one", "marks": ["x", "y"]},
    {"type": "Comment", "body": "e", "target": "c"}, {"type": "Photo", "body": "b", "target": "cat", "marks": ["z"]},
    {"body": "d"}]
    """,
  ]

  @Test("find rows of the table of each type, in CSV and JSON", arguments: ["c.csv", "c.json"])
  func load(file: String) async throws {
    try await SeederFolder.with(
      Self.sql + "CREATE UNIQUE INDEX photo_file ON photos (file) WHERE album IS NULL;",
      tables: Self.tables(file), files: Self.files
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 11))
      #expect(try await folder.rows(Self.query) == Self.rows)
      #expect(try await folder.counts() == RowCounts(unchanged: 11))
      try folder.define(Self.tables(file, #", policy: "sync""#))
      #expect(try await folder.counts() == RowCounts(unchanged: 11))
      let before =
        file == "c.csv"
        ? "Photo,b,cat,z\n" : #"{"type": "Photo", "body": "b", "target": "cat", "marks": ["z"]},"#
      try folder.edit(file, before, "")
      let counts = try await folder.counts()
      #expect(counts.deleted == 2)
      #expect(try await folder.rows(Self.query) == Self.rows.filter { !$0.hasPrefix("b") })
      let seeder = try DeclarativeSeeder(directory: folder.path)
      #expect(try seeder.validate(FixtureStore(files: [:])).records == 7)
    }
  }

  @Test("report each fault once")
  func faults() async throws {
    try await SeederFolder.with(
      Self.sql + "CREATE UNIQUE INDEX photo_file ON photos (file) WHERE album IS NULL;",
      tables: Self.tables("c.json"),
      files: [
        "c.json": """
        [{"type": "Page", "body": "a", "target": "one"}, {"body": "b", "target": "one"},
        {"type": "Post", "body": "c", "target": "tree"}, {"type": "Photo", "body": "d", "target": "two", "x": 1}]
        """
      ]
    ) { folder in
      var faults = try await folder.faults()
      #expect(
        faults == [
          "c.json:1: record 1, field 'type': found 'Page'; expected one of 'Post', 'Comment', 'Photo'",
          "c.json:1: record 2, field 'type' is missing; expected one of 'Post', 'Comment', 'Photo'",
          "c.json:2: record 4, field 'x': found an unknown field; expected a column of comments, or an entry under 'columns' or 'ignore'",
          "c.json:2: record 3, field 'target': no row of posts with slug 'tree' in the database or the files",
        ])
      try folder.write(
        #"[{"type": "Post", "body": "c", "target": "tree"}, {"type": "Photo", "body": "d", "target": "two"}]"#,
        to: "c.json")
      faults = try await folder.faults()
      #expect(faults.count == 2)
      try folder.write(#"[{"type": "Post", "body": "c" "#, to: "c.json")
      faults = try await folder.faults()
      #expect(faults.count == 1)
    }
  }
}
