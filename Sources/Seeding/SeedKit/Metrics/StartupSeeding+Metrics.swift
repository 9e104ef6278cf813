extension StartupSeeding.State {
  /// The state as metrics, for a server's metrics endpoint.
  ///
  /// - Parameter prefix: the prefix of the names: `shop` gives `shop_seeding_phase`.
  public func metrics(prefix: String) -> [Metric] {
    [
      Metric(
        "\(prefix)_seeding_phase", .gauge, "Phase of start-up seeding: 1 for the current phase",
        StartupSeeding.Phase.allCases.map { ([("phase", $0.rawValue)], phase == $0 ? 1 : 0) }),
      Metric(
        "\(prefix)_seeder_outcome", .gauge, "Outcome of each seeder: 1 for its outcome",
        seeders.map { ([("seeder", $0.id), ("outcome", $0.outcome ?? "running")], 1) }),
      Metric(
        "\(prefix)_seeder_duration_seconds", .gauge, "Duration of each seeder in seconds",
        seeders.compactMap { seeder in
          seeder.durationMilliseconds.map { ([("seeder", seeder.id)], $0 / 1000) }
        }),
    ]
  }
}
