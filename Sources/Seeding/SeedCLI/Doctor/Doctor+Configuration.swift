import EmbeddedPostgres
import Postgres
import SeedKit
import Threads

extension Doctor {
  /// Checks files, keys and values of the configuration as every command does.
  func configuration() -> DoctorVerdict {
    var faults = faults
    do {
      _ = try session.registry()
    } catch let error as ConfigurationError {
      // Settings of --all that name unknown seeders.
      faults += error.faults
    } catch {
      // The check 'seeders' reports faulty definitions.
    }
    guard faults.isEmpty else {
      return .failure(
        faults.map(\.description).joined(separator: "\n"),
        fix: "correct the settings named above; '\(session.programName) config' explains every setting")
    }
    let entries = session.settings.entries
    let places = entries.reduce(into: [String]()) { places, entry in
      let place: String
      switch entry.source {
      case .file(let path, _): place = path
      case .default: return
      case let other: place = "\(other)"
      }
      if !places.contains(place) { places.append(place) }
    }
    let environment = session.settings[.environment]
    return .ok(
      "environment '\(environment)'; \(entries.count) settings, from "
        + (places.isEmpty ? "defaults only" : places.joined(separator: ", ")))
  }

  /// Checks the definitions and the plan of `--all`.
  func seeders() -> DoctorVerdict {
    let definitions =
      (try? session.registry().seeders)?.compactMap { $0.definitionError?.faults } ?? []
    if let failure = session.invocation.discovery.failure {
      return .failure(failure.message, fix: failure.fix ?? "")
    }
    let faults = Array(definitions.joined())
    guard faults.isEmpty else {
      return .failure(
        faults.map(\.description).joined(separator: "\n"),
        fix: "correct the definition; Documentation/seeder.md lists every key")
    }
    do {
      let registry = try session.registry()
      let plan = try SeedPlan(
        registry: registry, selection: .all(), environment: session.settings[.environment])
      return .ok(
        "\(Text.count(registry.seeders.count, "seeder")), of which --all selects \(plan.steps.count) "
          + "in the environment '\(plan.environment)'")
    } catch is ConfigurationError {
      return .skipped("the configuration names unknown seeders")
    } catch {
      return .failure("\(error)", fix: "correct the names; '\(session.programName) list' shows all seeders")
    }
  }

  /// Checks the embedded server without starting it.
  ///
  /// - Returns: the verdict, and how to connect if the server is running.
  func embeddedServer() async -> (DoctorVerdict, PostgresConfiguration?) {
    let embedded = session.embeddedPostgres
    let program = session.programName
    do {
      switch try await TimeLimit.run(Self.limit, { try await embedded.status() }) {
      case .running(let details):
        var configuration = try await embedded.start().configuration
        configuration.connectTimeout = session.settings[.databaseConnectTimeout]
        return (
          .ok("PostgreSQL \(details.version) is running, data in \(details.dataDirectory)"), configuration
        )
      case .starting(let process):
        return (
          .warning(
            "process \(process) is starting or recovering",
            fix: "wait a moment, then run '\(program) doctor' again"), nil
        )
      case .broken(let reason):
        return (
          .failure(
            reason,
            fix:
              "run '\(program) db start', which repairs it if possible, or '\(program) db destroy'"
          ),
          nil
        )
      case .stopped:
        let found = try PostgresBinaries.locate(
          explicit: session.settings[.embeddedBinaries], majorVersion: session.settings[.embeddedVersion])
        return (
          .ok("PostgreSQL \(found.majorVersion) starts when a command needs it"), nil
        )
      }
    } catch is TimeLimit.Exceeded {
      return (timedOut(after: Self.limit), nil)
    } catch let error as EmbeddedPostgresError {
      return (.failure(error.message, fix: error.fix), nil)
    } catch {
      return (Self.verdict(of: error), nil)
    }
  }
}
