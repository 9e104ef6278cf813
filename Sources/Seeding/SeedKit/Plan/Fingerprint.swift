import Basics
import Migrations

/// A digest of everything that decides what a seeder writes.
///
/// It covers the seeder's id and version, the contents of its fixtures, its additional inputs, the environment, its
/// migrations, and the fingerprints of the seeders that it depends on or runs after. If the fingerprint is the same
/// as in a finished run, the seeder need not run again, unless rows were edited outside seed-runner.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
  /// SHA-256 in hexadecimal.
  public let description: String

  /// Wraps a digest from the history.
  public init(_ description: String) { self.description = description }

  /// Computes the fingerprints of a plan's seeders. A seeder whose fixtures cannot be read has none, nor do those
  /// that depend on it.
  package static func all(of plan: SeedPlan, fixtures: FixtureStore) -> [SeederID: Fingerprint] {
    var result: [SeederID: Fingerprint] = [:]
    for step in plan.steps {
      result[step.id] = try? of(step.seeder, in: plan.environment, fixtures: fixtures, known: result)
    }
    return result
  }

  /// The fingerprint of everything that a plan writes with this version of the program, used as the key of a
  /// template database. Nil if a seeder has none or the migrations cannot be read.
  package static func whole(of plan: SeedPlan, fixtures: FixtureStore) -> Fingerprint? {
    let known = all(of: plan, fixtures: fixtures)
    guard let history = try? SeedHistory.migrations() else { return nil }
    var parts = ["program \(ProgramVersion.current)", "environment \(plan.environment)"]
    parts += history.migrations.map { "migration \(history.name) \($0.version) \($0.checksum)" }
    for step in plan.steps {
      guard let fingerprint = known[step.id] else { return nil }
      parts.append("seeder \(step.id) \(fingerprint)")
    }
    return digest(of: parts)
  }

  private struct DependencyUnknown: Error {}

  private static func of(
    _ seeder: RegisteredSeeder, in environment: SeedEnvironment, fixtures: FixtureStore,
    known: [SeederID: Fingerprint]
  ) throws -> Fingerprint {
    var parts = ["seeder \(seeder.id) \(seeder.version)", "environment \(environment)"]
    parts += seeder.fingerprintInputs.map { "input \($0)" }
    for name in seeder.fixtures {
      parts.append("fixture \(name) \(Digest.sha256Hex(try fixtures.file(name).bytes))")
    }
    for set in try seeder.migrations() {
      parts += set.migrations.map { "migration \(set.name) \($0.version) \($0.checksum)" }
    }
    for dependency in seeder.dependencies {
      guard let fingerprint = known[dependency] else { throw DependencyUnknown() }
      parts.append("dependency \(dependency) \(fingerprint)")
    }
    for other in seeder.runsAfter {
      if let fingerprint = known[other] { parts.append("follows \(other) \(fingerprint)") }
    }
    return digest(of: parts)
  }

  private static func digest(of parts: [String]) -> Fingerprint {
    // Each part has its length before it and a line break after it, so that different lists of parts never give the
    // same text.
    let text = parts.map { "\($0.utf8.count):\($0)\n" }.joined()
    return Fingerprint(Digest.sha256Hex(Array(text.utf8)))
  }
}
