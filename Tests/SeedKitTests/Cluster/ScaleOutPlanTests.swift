import Testing

@testable import SeedKit

/// The decisions of a plan, with a catalog that no server has.
@Suite("The plan of a distribution")
struct ScaleOutPlanTests {
  private typealias Catalog = ScaleOutCatalog

  private static let declaration = ScaleOutDeclaration(
    reference: ["city", "country"],
    distributed: [.init("orders", by: "id"), .init("items", by: "order_id", with: "orders")], shardCount: 12)

  private static func table(
    _ name: String, columns: [String] = ["id"], unique: [[String]] = [["id"]],
    placement: Sharding.Placement = .local, bytes: Int = 8192, triggers: [String] = [],
    generated: Set<String> = [], identities: [String] = [], vectors: [String] = []
  ) -> Catalog.Table {
    Catalog.Table(
      name: "public.\(name)", quoted: "public.\(name)", columns: columns, generated: generated,
      identities: identities, triggers: triggers, placement: placement, localBytes: bytes,
      uniqueIndexes: unique.enumerated().map {
        Catalog.UniqueIndex(name: "\(name)_\($0.offset)", columns: $0.element, isExclusion: false)
      },
      vectorIndexes: vectors.map {
        Catalog.VectorIndex(
          quoted: "public.\($0)", definition: "CREATE INDEX \($0) ON public.\(name) USING hnsw (v)")
      })
  }

  private static func key(
    _ table: String, _ columns: [String], _ target: String, _ targets: [String] = ["id"]
  )
    -> Catalog.ForeignKey
  {
    Catalog.ForeignKey(
      name: "\(table)_\(target)_fkey", table: "public.\(table)", quoted: "public.\(table)", columns: columns,
      target: "public.\(target)", targetColumns: targets,
      definition: "FOREIGN KEY (x) REFERENCES \(target)(y)")
  }

  private static func catalog(
    _ tables: [Catalog.Table], _ keys: [Catalog.ForeignKey] = []
  ) -> Catalog {
    Catalog(
      tables: Dictionary(
        tables.map { (TableName(parsing: String($0.name.dropFirst("public.".count))), $0) },
        uniquingKeysWith: { first, _ in first }), foreignKeys: keys)
  }

  private static func shop(
    orders: Catalog.Table = table("orders", vectors: ["near"]),
    items: Catalog.Table = table("items", columns: ["order_id", "id"], unique: [["order_id", "id"]]),
    keys: [Catalog.ForeignKey] = [
      key("city", ["country_id"], "country"), key("orders", ["city_id"], "city"),
      key("items", ["order_id"], "orders"),
    ]
  ) -> Catalog {
    catalog([table("city"), table("country"), orders, items], keys)
  }

  @Test("drops what is in the way, distributes, and brings it back")
  func order() {
    let plan = ScaleOutPlan.apply(Self.declaration, Self.shop())
    #expect(plan.faults == [])
    #expect(
      plan.together.map(\.statement) == [
        "DROP INDEX public.near",
        #"ALTER TABLE public.orders DROP CONSTRAINT "orders_city_fkey""#,
        #"ALTER TABLE public.items DROP CONSTRAINT "items_orders_fkey""#,
        "SELECT create_reference_table('public.country')",
        "SELECT create_reference_table('public.city')",
        "SELECT create_distributed_table('public.orders', 'id', colocate_with => 'none', shard_count => 12)",
        "SELECT create_distributed_table('public.items', 'order_id', colocate_with => 'public.orders')",
        #"ALTER TABLE public.orders ADD CONSTRAINT "orders_city_fkey" FOREIGN KEY (x) REFERENCES city(y)"#,
        #"ALTER TABLE public.items ADD CONSTRAINT "items_orders_fkey" FOREIGN KEY (x) REFERENCES orders(y)"#,
      ])
    #expect(
      plan.afterwards.map(\.statement) == [
        "CREATE INDEX near ON public.orders USING hnsw (v)",
        "SELECT truncate_local_data_after_distributing_table('public.country')",
        "SELECT truncate_local_data_after_distributing_table('public.city')",
        "SELECT truncate_local_data_after_distributing_table('public.orders')",
        "SELECT truncate_local_data_after_distributing_table('public.items')",
        "ANALYZE public.orders", "ANALYZE public.items",
      ])
    #expect(plan.steps.allSatisfy { !$0.reason.isEmpty })
  }

  private static let orders = table("orders", placement: .distributed(by: "id", group: 3), bytes: 0)
  private static let items = table(
    "items", columns: ["order_id", "id"], unique: [["order_id", "id"]],
    placement: .distributed(by: "order_id", group: 3), bytes: 0)

  private static func placed(
    orders: Catalog.Table = orders, items: Catalog.Table = items
  ) -> Catalog {
    catalog(
      [
        table("city", placement: .reference, bytes: 0), table("country", placement: .reference, bytes: 0),
        orders,
        items,
      ],
      [
        key("city", ["country_id"], "country"), key("orders", ["city_id"], "city"),
        key("items", ["order_id"], "orders"),
      ])
  }

  @Test("has nothing to do where the tables are distributed as declared")
  func done() {
    #expect(ScaleOutPlan.apply(Self.declaration, Self.placed()).isEmpty)
  }

  @Test("continues with the steps that an interrupted run left, and with stale copies")
  func resumed() {
    var catalog = Self.placed(
      orders: Self.table("orders", placement: .distributed(by: "id", group: 3), bytes: 8192))
    let step = ScaleOutPlan.Step(
      statement: "CREATE INDEX near ON public.orders USING hnsw (v)", reason: "left")
    catalog.remaining = [step]
    let plan = ScaleOutPlan.apply(Self.declaration, catalog)
    #expect(plan.together == [])
    #expect(
      plan.afterwards.map(\.statement) == [
        step.statement, "SELECT truncate_local_data_after_distributing_table('public.orders')",
      ])
  }

  @Test("adds a table that was declared later")
  func later() {
    let items = Self.table("items", columns: ["order_id", "id"], unique: [["order_id", "id"]])
    let plan = ScaleOutPlan.apply(Self.declaration, Self.placed(items: items))
    #expect(plan.faults == [])
    #expect(
      plan.together.map(\.statement).filter { $0.hasPrefix("SELECT") } == [
        "SELECT create_distributed_table('public.items', 'order_id', colocate_with => 'public.orders')"
      ])
  }

  @Test("undoes all connected tables at once")
  func undone() {
    let orders = Self.table(
      "orders", placement: .distributed(by: "id", group: 3), bytes: 0, vectors: ["near"])
    let plan = ScaleOutPlan.undo(Self.declaration, Self.placed(orders: orders))
    #expect(
      plan.together.map(\.statement) == [
        "DROP INDEX public.near",
        "SELECT undistribute_table('public.orders', cascade_via_foreign_keys => true)",
      ])
    #expect(plan.afterwards.map(\.statement) == ["CREATE INDEX near ON public.orders USING hnsw (v)"])
  }

  @Test("undoes tables without foreign keys one by one")
  func undoneAlone() {
    let catalog = Self.catalog([Self.table("city", placement: .reference), Self.orders])
    #expect(
      ScaleOutPlan.undo(Self.declaration, catalog).together.map(\.statement) == [
        "SELECT undistribute_table('public.orders')", "SELECT undistribute_table('public.city')",
      ])
  }

  @Test("has nothing to undo on one server")
  func nothing() {
    #expect(ScaleOutPlan.undo(Self.declaration, Self.shop()).isEmpty)
  }

  private func faults(_ catalog: ScaleOutCatalog) -> [String] {
    let plan = ScaleOutPlan.apply(Self.declaration, catalog)
    #expect(plan.isEmpty == !plan.faults.isEmpty, "statements in spite of faults")
    return plan.faults
  }

  private func expect(_ catalog: ScaleOutCatalog, _ texts: String...) {
    let faults = faults(catalog)
    #expect(faults.count == 1, "\(faults)")
    for text in texts { #expect(faults.first?.contains(text) == true, "\(faults)") }
  }

  @Test("refuses a table that does not exist")
  func missing() {
    expect(
      Self.catalog([Self.table("city"), Self.table("country"), Self.table("orders")]), "no table 'items'")
  }

  @Test("refuses a column that does not exist")
  func column() {
    expect(Self.shop(orders: Self.table("orders", columns: ["number"])), "public.orders has no column 'id'")
  }

  @Test("refuses a unique key without the distribution column, and shows one with it")
  func uniqueKey() {
    expect(
      Self.shop(items: Self.table("items", columns: ["order_id", "id"])), "items_0", "(order_id, id)")
  }

  @Test("refuses a generated distribution column")
  func generated() {
    expect(Self.shop(orders: Self.table("orders", generated: ["id"])), "generated column")
  }

  @Test("says before that a table with an identity column cannot be brought back, and refuses to undo it")
  func identity() {
    let local = ScaleOutPlan.apply(
      Self.declaration, Self.shop(orders: Self.table("orders", identities: ["id"])))
    #expect(
      local.together.contains { $0.reason.contains("cannot bring it back, because id is an identity column") }
    )
    let catalog = Self.catalog([Self.table("orders", placement: .reference, identities: ["id"])])
    let undo = ScaleOutPlan.undo(Self.declaration, catalog)
    #expect(undo.isEmpty)
    #expect(undo.faults.first?.contains("public.orders has the identity column id") == true)
  }

  @Test("refuses an identity column in a table that already references a reference table")
  func identityWithReference() {
    expect(
      Self.catalog(
        [
          Self.table("city", placement: .reference), Self.table("country", placement: .reference),
          Self.table("orders", identities: ["id"]),
          Self.table("items", columns: ["order_id", "id"], unique: [["order_id", "id"]]),
        ], [Self.key("orders", ["city_id"], "city")]), "identity column id", "orders_city_fkey")
  }

  @Test("refuses triggers of a distributed table")
  func triggers() {
    expect(Self.shop(orders: Self.table("orders", triggers: ["touch"])), "the trigger touch")
  }

  @Test("refuses a foreign key from a distributed table to a local one")
  func toLocal() {
    expect(
      Self.shop(keys: [Self.key("orders", ["user_id"], "user")]), "orders_user_fkey",
      "Declare public.user as a reference table")
  }

  @Test("refuses a foreign key from another table to a distributed one", arguments: ["city", "note"])
  func fromOther(table: String) {
    expect(
      Self.shop(keys: [Self.key(table, ["order_id"], "orders")]), "\(table)_orders_fkey",
      "Declare public.\(table) as distributed with public.orders")
  }

  @Test("refuses a foreign key between distributed tables that does not lead to the same node")
  func otherNode() {
    expect(
      Self.shop(keys: [Self.key("items", ["id"], "orders")]), "items_orders_fkey",
      "public.orders.id on the same node")
  }

  @Test("refuses a table that is distributed in another way")
  func otherwise() {
    expect(
      Self.placed(
        orders: Self.table(
          "orders", columns: ["id", "city_id"], placement: .distributed(by: "city_id", group: 3))),
      "distributed by city_id")
    expect(
      Self.placed(
        items: Self.table(
          "items", columns: ["order_id"], placement: .distributed(by: "order_id", group: 9))),
      "not co-located")
  }

  @Test("allows a foreign key from a local table to a reference table")
  func allowed() {
    #expect(faults(Self.shop(keys: [Self.key("note", ["city_id"], "city")])) == [])
  }
}
