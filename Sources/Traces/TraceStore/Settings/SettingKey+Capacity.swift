public import SeedKit

// The settings of capacity data. The shipped files do not set the rows and part-of-all, so the environment decides.

extension AnySettingKey {
  /// The settings of capacity data.
  public static let capacity: [AnySettingKey] = [
    .init(.capacityRows), .init(.capacityIsPartOfAll), .init(.capacitySeed), .init(.capacityClusters),
    .init(.capacitySimilarity), .init(.capacityIndex), .init(.capacityStreams),
  ]
}

extension SettingKey where Value == Int? {
  /// The number of rows of capacity data, 0 to 1,000,000,000, unless the setting `rows` names another. If unset: 1,000 in test, 10,000 in ci and ci-local,
  /// 100,000 elsewhere.
  public static let capacityRows = SettingKey(
    "capacity.rows", variables: "CAPACITY_ROWS", in: 0...1_000_000_000,
    summary: "Number of generated traces; unset: 1000 in test, 10000 in ci and ci-local, else 100000")
}

extension SettingKey where Value == Bool? {
  /// Whether `--all` loads capacity data. If unset: true in test, ci and ci-local.
  public static let capacityIsPartOfAll = SettingKey(
    "capacity.isPartOfAll", variables: "CAPACITY_IS_PART_OF_ALL",
    summary: "Whether --all selects capacity-traces; unset: true in test, ci and ci-local")
}

extension SettingKey where Value == Int {
  /// The seed of the generator, 0 to 2³² − 1. 1 by default.
  public static let capacitySeed = SettingKey(
    "capacity.seed", variables: "CAPACITY_SEED", flag: "capacity-seed", default: 1, in: 0...4_294_967_295,
    summary: "Seed of the generator of capacity data")
  /// The number of clusters of the vectors, 1 to 10,000,000. 1,000 by default.
  public static let capacityClusters = SettingKey(
    "capacity.clusters", variables: "CAPACITY_CLUSTERS", flag: "clusters", default: 1_000, in: 1...10_000_000,
    summary: "Number of clusters of the vectors of capacity data")
  /// The number of connections that load capacity data, 1 to 16. 4 by default; more were not faster.
  public static let capacityStreams = SettingKey(
    "capacity.streams", variables: "CAPACITY_STREAMS", flag: "streams", default: 4, in: 1...16,
    summary: "Number of connections that load capacity data in parallel")
}

extension SettingKey where Value == Double {
  /// The expected cosine of a vector and the center of its cluster, 0.05 to 1. 0.8 by default.
  public static let capacitySimilarity = SettingKey(
    "capacity.similarity", variables: "CAPACITY_SIMILARITY", flag: "similarity", default: 0.8, in: 0.05...1,
    summary: "Expected cosine of a vector of capacity data and the center of its cluster")
}

extension SettingKey where Value == String {
  /// The kind of the vector index: `vector`, `halfvec` or `bit`. `vector` by default.
  public static let capacityIndex = SettingKey(
    "capacity.index", variables: "CAPACITY_INDEX", flag: "index", default: "vector",
    among: ["vector", "halfvec", "bit"], summary: "Type of the vector index: vector, halfvec or bit")
}
