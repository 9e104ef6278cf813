public import SeedKit

// What capacity data is like. The files leave rows and part-of-all open, so that the environment decides.

extension AnySettingKey {
  /// The settings of capacity data.
  public static let capacity: [AnySettingKey] = [
    .init(.capacityRows), .init(.capacityIsPartOfAll), .init(.capacitySeed), .init(.capacityClusters),
    .init(.capacitySimilarity), .init(.capacityIndex), .init(.capacityStreams),
  ]
}

extension SettingKey where Value == Int? {
  /// How many rows of capacity data, 0 to 1,000,000,000. Unset: 1,000 in test, 10,000 in ci and ci-local,
  /// 100,000 elsewhere.
  public static let capacityRows = SettingKey(
    "capacity.rows", variables: "CAPACITY_ROWS", flag: "rows", in: 0...1_000_000_000,
    summary: "Number of generated traces; unset: 1000 in test, 10000 in ci and ci-local, else 100000")
}

extension SettingKey where Value == Bool? {
  /// Whether `--all` loads capacity data. Unset: in test, ci and ci-local it does.
  public static let capacityIsPartOfAll = SettingKey(
    "capacity.isPartOfAll", variables: "CAPACITY_IS_PART_OF_ALL",
    summary: "Whether --all selects capacity-traces; unset: true in test, ci and ci-local")
}

extension SettingKey where Value == Int {
  /// What distinguishes one set of capacity data from another, 0 to 2³² − 1. 1 by default.
  public static let capacitySeed = SettingKey(
    "capacity.seed", variables: "CAPACITY_SEED", flag: "capacity-seed", default: 1, in: 0...4_294_967_295,
    summary: "Seed of the generator of capacity data")
  /// How many clusters the vectors lie in, 1 to 10,000,000. 1,000 by default.
  public static let capacityClusters = SettingKey(
    "capacity.clusters", variables: "CAPACITY_CLUSTERS", flag: "clusters", default: 1_000, in: 1...10_000_000,
    summary: "Number of clusters of the vectors of capacity data")
  /// How many connections load capacity data, 1 to 16. 4 by default: with more, the server gained nothing.
  public static let capacityStreams = SettingKey(
    "capacity.streams", variables: "CAPACITY_STREAMS", flag: "streams", default: 4, in: 1...16,
    summary: "Connections that load capacity data at the same time")
}

extension SettingKey where Value == Double {
  /// The expected cosine of a vector and its cluster's centre, 0.05 to 1. 0.8 by default.
  public static let capacitySimilarity = SettingKey(
    "capacity.similarity", variables: "CAPACITY_SIMILARITY", flag: "similarity", default: 0.8, in: 0.05...1,
    summary: "Expected cosine of a vector of capacity data and the center of its cluster")
}

extension SettingKey where Value == String {
  /// By which kind of index capacity data is searched: `vector`, `halfvec` or `bit`. `vector` by default.
  public static let capacityIndex = SettingKey(
    "capacity.index", variables: "CAPACITY_INDEX", flag: "index", default: "vector",
    among: ["vector", "halfvec", "bit"], summary: "Type of the vector index: vector, halfvec or bit")
}
