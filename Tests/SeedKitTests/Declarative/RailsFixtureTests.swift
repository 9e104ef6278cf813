import SeedTesting
import Testing

@testable import SeedKit

@Suite("Fixtures of Rails")
struct RailsFixtureTests {
  private static let tables = #"{format: "rails", files: ["fixtures/*.yml", "fixtures/*/*.yml"]}"#
  private static let sql = """
    CREATE TABLE authors (id bigint PRIMARY KEY, name text NOT NULL, email text, created_at timestamp NOT NULL,
      updated_at timestamptz NOT NULL);
    CREATE TABLE posts (id bigint PRIMARY KEY, title text NOT NULL, author_id bigint REFERENCES authors, stars int,
      created_at timestamp NOT NULL);
    CREATE TABLE tags (id bigserial PRIMARY KEY, name text NOT NULL);
    CREATE TABLE posts_tags (post_id bigint REFERENCES posts, tag_id bigint REFERENCES tags, created_on date NOT NULL,
      PRIMARY KEY (post_id, tag_id));
    CREATE TABLE comments (id bigint PRIMARY KEY, body text, commentable_type text, commentable_id bigint);
    CREATE TABLE admin_keys (id uuid PRIMARY KEY, author_id bigint REFERENCES authors, parent_id uuid REFERENCES admin_keys);
    """
  private static let files = [
    "fixtures/authors.yml": """
    DEFAULTS: &DEFAULTS
      email: $LABEL@example.org
    david:
      <<: *DEFAULTS
      name: David
    mary:
      id: 7
      name: Mary $LABEL
      created_at: 2026-01-02 03:04:05
    """,
    "fixtures/posts.yml": """
    # Read about fixtures in the guide.
    welcome: {title: Welcome, author: david, tags: "ruby, rails", stars: 3}
    other:
      title: "1.10"
      author: mary
      tags: [ruby]
    draft: {title: Draft, author: }
    _fixture:
      ignore: [draft]
    """,
    "fixtures/tags.yml": "ruby:\n  name: ruby\nrails: {name: rails}\n",
    "fixtures/comments.yml": """
    one: {body: First, commentable: welcome (Post)}
    two: {body: Second, commentable: ruby, commentable_type: Tag}
    """,
    "fixtures/admin/keys.yml": "root: {author: mary}\nchild: {parent: root, author_id: 7}\n",
    "fixtures/posts_tags.yml": "# empty\n",
  ]

  /// `Zlib.crc32(label) % (2**30 - 1)`, and version 5 UUIDs, as Ruby computes them.
  @Test("have the ids that Rails computes")
  func ids() {
    #expect(RailsID.make("david", type: "bigint") == .number("127326141"))
    #expect(RailsID.make("rails", type: "bigint") == .number("31989848"))
    #expect(RailsID.make("david", type: "uuid") == .string("386b3b50-02a0-5db7-9b60-5d4749898c56"))
  }

  @Test("have times in UTC")
  func times() {
    let times = [
      "2006-07-19 19:12:21 +02:00": "2006-07-19 17:12:21",
      "2006-12-31T23:30:00.25-0130": "2007-01-01 01:00:00.25",
      "2024-02-29 00:00:00 +1": "2024-02-28 23:00:00", "2024-01-01 00:00:00Z": "2024-01-01 00:00:00",
      "2024-01-01 00:00:00 UTC": "2024-01-01 00:00:00",
    ]
    for (text, time) in times { #expect(RailsTime.utc(text) == time) }
    for text in [
      "2024-01-01 00:00:00", "2024-01-01", "now", "2024-01-01 00:00:00 CET", "2024-13-01 00:00:00Z", "",
    ] {
      #expect(RailsTime.utc(text) == nil, "\(text)")
    }
  }

  @Test("load with labels, join tables, polymorphic types and times")
  func load() async throws {
    try await SeederFolder.with(Self.sql, tables: Self.tables, files: Self.files) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 13))
      let first = try await folder.versions()
      #expect(
        try await folder.rows(
          """
          SELECT ARRAY[name, email, (created_at = '2026-01-02 03:04:05')::text, (updated_at > now() - interval '1 hour')::text]
          FROM authors ORDER BY name
          """) == ["David│david@example.org│false│true", "Mary mary│∅│true│true"])
      #expect(
        try await folder.rows(
          "SELECT ARRAY[p.title, a.name, stars::text] FROM posts AS p JOIN authors AS a ON a.id = author_id ORDER BY 1"
        )
          == ["1.10│Mary mary│∅", "Welcome│David│3"])
      #expect(
        try await folder.rows(
          """
          SELECT ARRAY[p.title, t.name] FROM posts_tags JOIN posts AS p ON p.id = post_id JOIN tags AS t ON t.id = tag_id
          WHERE posts_tags.created_on >= current_date - 1 ORDER BY 1
          """) == ["1.10│ruby", "Welcome│rails", "Welcome│ruby"])
      #expect(
        try await folder.rows(
          """
          SELECT ARRAY[body, commentable_type, p.title, t.name] FROM comments LEFT JOIN posts AS p ON p.id = commentable_id
          LEFT JOIN tags AS t ON t.id = commentable_id ORDER BY 1
          """) == ["First│Post│Welcome│∅", "Second│Tag│∅│ruby"])
      #expect(
        try await folder.rows(
          "SELECT ARRAY[author_id::text, (parent_id IS NULL)::text] FROM admin_keys ORDER BY 1")
          == ["7│false", "7│true"])
      #expect(try await folder.counts() == RowCounts(unchanged: 13))
      // The application changes a time that no record has.
      try await folder.sql("UPDATE authors SET updated_at = '2020-01-01'")
      #expect(try await folder.counts() == RowCounts(unchanged: 13))
      let changed = try await folder.versions().subtracting(first)
      #expect(changed.allSatisfy { $0.hasPrefix("authors") })
      try folder.edit("fixtures/posts.yml", "tags: [ruby]", "tags: [rails]")
      try folder.define(
        #"{format: "rails", files: ["fixtures/*.yml", "fixtures/*/*.yml"], policy: "sync"}"#)
      #expect(try await folder.counts() == RowCounts(inserted: 1, unchanged: 12, deleted: 1))
    }
  }

  @Test("take tables, keys and columns from the definition")
  func declared() async throws {
    try await SeederFolder.with(
      """
      CREATE TABLE people (nick text PRIMARY KEY, name text);
      CREATE TABLE articles (id int PRIMARY KEY, writer_id int, name text);
      CREATE TABLE marks (article int, mark int, UNIQUE (article, mark));
      """,
      tables: """
        {format: "rails", files: "data/*/*.yml", models: {
          "a/people": {table: "people", key: "nick"},
          "a/articles": {
            table: "articles", columns: {writer_id: "author", name: "label"}, ignore: ["hidden"],
            children: [{table: "marks", field: "marks", parent: "article", key: ["article", "mark"], columns: {mark: "$value"}}]
          }
        }}
        """,
      files: [
        "data/a/people.yml": "- {nick: d, name: D}\n- {nick: m}\n",
        "data/a/articles.yml":
          "_fixture: {model_class: Article}\none: {author: david, marks: 'ruby, rails', hidden: {x: y}, label: $LABEL}\n",
      ]
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 5))
      #expect(
        try await folder.rows("SELECT ARRAY[writer_id::text, name] FROM articles") == ["127326141│one"])
      #expect(try await folder.counts() == RowCounts(unchanged: 5))
    }
  }

  @Test("are refused with the place and the fix")
  func faults() async throws {
    try await SeederFolder.with(
      Self.sql, tables: #"{format: "rails", files: "fixtures/*.yml"}"#,
      files: [
        "fixtures/authors.yml": "david: {name: David}\n",
        "fixtures/posts.yml":
          "one: {title: One, author: davd}\ntwo: {title: Two, author: david, author_id: 1}\n",
        "fixtures/admin_keys.yml": "a: [x]\n",
        "fixtures/tags.yml": "ruby:\n  name: ruby\nt2:\n  name: <%= 1 %>\n  # <% x %>\n",
        "fixtures/comments.yml": "_fixture: {model_class: Note, x: 1}\na: {}\n",
        "fixtures/posts_tags.yml": "a: {}\na: {}\n",
      ]
    ) { folder in
      let erb =
        "found ERB (<%), which only Ruby can run; expected plain YAML: the value itself, or the file as Rails renders it"
      let faults = try await folder.faults()
      #expect(
        faults == [
          "fixtures/admin_keys.yml:1: record 1, field 'a': found an array; expected a mapping",
          """
          fixtures/comments.yml:1: record 1, field 'model_class': found the class 'Note', whose table is unknown; \
          expected "models": {"comments": {"table": …}} in seeder.json
          """,
          """
          fixtures/comments.yml:1: record 1, field 'x': found an unknown setting; expected 'ignore' or 'model_class'
          """,
          "fixtures/posts_tags.yml:2:1: record 2, field 'a': duplicate key",
          "fixtures/tags.yml:4: \(erb)", "fixtures/tags.yml:5: \(erb)",
          """
          fixtures/posts.yml:1: record 1, field 'author': found the label 'davd', which no fixture of public.authors has; \
          expected 'david'
          """,
          """
          fixtures/posts.yml:2: record 2, field 'author': found 'author' and 'author_id'; expected one of the two
          """,
        ])
    }
    try await SeederFolder.with(
      "CREATE TABLE notes (a int, b int); CREATE TABLE users (id int PRIMARY KEY)",
      tables: #"{format: "rails", files: "fixtures/*.yml", models: {user: {}}}"#,
      files: ["fixtures/notes.yml": "x: {a: 1}", "fixtures/users.yml": "a: {nick: d}"]
    ) { folder in
      var faults = try await folder.faults()
      #expect(faults == ["seeder.json:1: field 'models': found no fixtures of 'user'; expected one of users"])
      try folder.define(#"{format: "rails", files: "fixtures/*.yml"}"#)
      faults = try await folder.faults()
      #expect(
        faults == [
          """
          fixtures/notes.yml:1: record 1: found a record of notes, which has no primary key; expected "models": {"notes": \
          {"key": […]}} in seeder.json
          """
        ])
      try folder.define(#"{format: "rails", files: "fixtures/users.yml"}"#)
      faults = try await folder.faults()
      #expect(
        faults == [
          """
          fixtures/users.yml:1: record 1, field 'nick': found an unknown field; expected a column of users, an association \
          with the column 'nick_id', the list of a join table with foreign keys, or an entry in "models": {"users": …}
          """
        ])
    }
  }

  @Test("have overlays, and explain names of enums")
  func overlays() async throws {
    try await SeederFolder.with(
      "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, role int, created_at timestamp NOT NULL)",
      tables: #"{format: "rails", files: "fixtures/*.yml"}"#,
      files: [
        "fixtures/users.yml": "ann: {name: Ann, role: 1}\nbob: {name: Bob}\n",
        "fixtures/users.test.yml": "bob: {role: 2}\ncy: {name: Cy}\n",
      ]
    ) { folder in
      var counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 3))
      #expect(
        try await folder.rows("SELECT ARRAY[name, role::text] FROM users ORDER BY name")
          == ["Ann│1", "Bob│2", "Cy│∅"])
      counts = try await folder.counts()
      #expect(counts == RowCounts(unchanged: 3))
      counts = try await folder.counts(environment: .dev) { $0.restamps = true }
      #expect(counts == RowCounts(unchanged: 2))
      try folder.write("ann: {name: Ann, role: admin}\n", to: "fixtures/users.yml")
      let faults = try await folder.faults(environment: .dev)
      #expect(faults.first?.hasSuffix("; if it is an enum of Rails, write its number") == true)
    }
  }

  @Test("do not choose between several join tables")
  func joins() async throws {
    try await SeederFolder.with(
      """
      CREATE TABLE posts (id bigint PRIMARY KEY); CREATE TABLE tags (id bigint PRIMARY KEY);
      CREATE TABLE posts_tags (post_id bigint REFERENCES posts, tag_id bigint REFERENCES tags, UNIQUE (post_id, tag_id));
      CREATE TABLE taggings (id bigserial PRIMARY KEY, post_id bigint REFERENCES posts, tag_id bigint REFERENCES tags,
        UNIQUE (tag_id, post_id));
      """, tables: #"{format: "rails", files: "fixtures/*.yml"}"#,
      files: ["fixtures/posts.yml": "a: {tags: x}\n", "fixtures/tags.yml": "x: {}\n"]
    ) { folder in
      let faults = try await folder.faults()
      #expect(
        faults == [
          """
          seeder.json:1: field 'tags': found a list of posts for public.posts_tags or public.taggings; expected "models": \
          {"posts": {"children": […]}} with one of them
          """
        ])
      try folder.define(
        """
        {format: "rails", files: "fixtures/*.yml", models: {posts: {children: [{table: "taggings", field: "tags",
          parent: "post_id", key: ["post_id", "tag_id"], columns: {tag_id: "$value"}}]}}}
        """)
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 3))
    }
  }

  @Test("are checked without a database")
  func offline() async throws {
    try await SeederFolder.with("", tables: Self.tables, files: Self.files) { folder in
      let seeder = try DeclarativeSeeder(directory: folder.path)
      #expect(try seeder.validate(FixtureStore(files: [:])).records == 10)
      try folder.edit("fixtures/tags.yml", "name: ruby", "name: <%= x %>")
      #expect(throws: FixtureError.self) { try seeder.validate(FixtureStore(files: [:])) }
    }
  }
}
