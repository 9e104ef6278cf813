import EmbeddedPostgres
import Postgres
import SeedKit
import Threads

/// Checks everything that a run needs, and changes nothing.
///
/// A check that depends on a failed one is skipped. All others run, each with a time limit.
struct Doctor: Sendable {
  let session: Session
  /// The faults of the configuration. The settings contain the values that are valid.
  let faults: [ConfigurationFault]

  var modules: [CommandModule] { session.invocation.program.modules }

  /// The time limit of a check. Connecting has its own limit, the setting `database.connectTimeout`.
  static let limit = Duration.seconds(8)

  /// Runs all checks.
  ///
  /// - Returns: the report, and the database without its password.
  func run() async -> (report: DoctorReport, database: String?) {
    async let independent = verdictsWithoutDatabase()
    var report = DoctorReport(order: DoctorCheckName.all(modules))
    report[.configuration] = configuration()
    report[.seeders] = seeders()
    let database = await examine(&report)
    report[.diskSpace] = await guarded { try await self.diskSpace() }
    for (name, verdict) in await independent { report[name] = verdict }
    return (report, database)
  }

  /// Runs the checks of the modules that need no connection, concurrently.
  private func verdictsWithoutDatabase() async -> [(DoctorCheckName, DoctorVerdict)] {
    await withTaskGroup(of: (DoctorCheckName, DoctorVerdict).self) { group in
      for check in modules.flatMap(\.doctorChecks) {
        guard case .alone(let body) = check.body else { continue }
        group.addTask { (check.name, await guarded { try await body(DoctorContext(doctor: self)) }) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// Runs a check with a time limit. An error that the check does not explain itself becomes a failure.
  func guarded(
    limit: Duration = Self.limit, _ check: @escaping @Sendable () async throws -> DoctorVerdict
  ) async -> DoctorVerdict {
    do {
      return try await TimeLimit.run(limit, check)
    } catch is TimeLimit.Exceeded {
      return timedOut(after: limit)
    } catch {
      session.console.debug(FailureReport(error).details)
      return Self.verdict(of: error)
    }
  }

  func timedOut(after limit: Duration) -> DoctorVerdict {
    .failure(
      "no response within \(Text.duration(limit))",
      fix: "check whether the server is overloaded or stopped, then run '\(session.programName) doctor' again"
    )
  }

  static func verdict(of error: any Error) -> DoctorVerdict {
    let failure = FailureReport(error)
    // The check of the rights reports this, with the GRANT.
    if failure.code == .missingPrivilege, failure.message.contains("seed_runner") {
      return .skipped("requires access to the schema seed_runner")
    }
    let fix = failure.fix.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
    return .failure(failure.message, fix: fix ?? "add --debug for details")
  }

  /// Finds the database and runs the checks that query it.
  ///
  /// - Returns: the database without its password; nil if it is not known.
  private func examine(_ report: inout DoctorReport) async -> String? {
    func skip(_ checks: [DoctorCheckName], _ reason: String) {
      for check in checks where report[check] == nil { report[check] = .skipped(reason) }
    }
    let remote: [DoctorCheckName] =
      [.nameResolution, .port, .login, .database, .tls] + DoctorCheckName.needingConnection(modules)
    if let fault = faults.first(where: { $0.key == SettingKey.databaseURL.name }) {
      skip([.embeddedServer] + remote, "the database is not known: see \(fault.place)")
      return nil
    }
    let configuration: PostgresConfiguration
    do {
      if let external = try session.externalConfiguration() {
        report[.embeddedServer] = .skipped("not used because a database is configured")
        configuration = external
      } else {
        let (verdict, running) = await embeddedServer()
        report[.embeddedServer] = verdict
        guard let running else {
          skip(remote, "the embedded PostgreSQL is not running")
          return nil
        }
        configuration = running
      }
    } catch {
      // The PG* variables are not settings, so the configuration check has not seen them.
      report[.configuration] = Self.verdict(of: error)
      skip([.embeddedServer] + remote, "the database is not known")
      return nil
    }
    await reach(configuration, &report)
    if let connection = await logIn(configuration, &report) {
      await ask(connection, &report)
    } else {
      skip(remote, "not connected")
    }
    return "\(configuration)"
  }

  /// Runs the checks that need a connection, one after the other.
  private func ask(_ connection: PostgresConnection, _ report: inout DoctorReport) async {
    let checks = DatabaseDoctor(doctor: self, connection: connection)
    let asked = DoctorCheckName.needingConnection(modules)
    for check in asked {
      let verdict = await guarded { try await checks.verdict(check) }
      report[check] = verdict
      var reason: String?
      if verdict == timedOut(after: Self.limit) {
        // The connection's thread is still waiting, so not even a liveness check can run on it.
        reason = "the server stopped responding"
      } else if await !connection.isAlive {
        reason = "the server closed the connection"
      }
      guard let reason else { continue }
      for rest in asked where report[rest] == nil { report[rest] = .skipped(reason) }
      return
    }
    await connection.close()
  }
}

/// `seed-runner doctor`: checks everything that a run needs and suggests a fix for each problem.
struct DoctorCommand {
  let session: Session
  let faults: [ConfigurationFault]

  func run() async throws -> ExitCode {
    let (report, database) = await Doctor(session: session, faults: faults).run()
    if session.isJSON {
      try session.console.answer(
        json: DoctorReport.JSON(
          success: report.exitCode == .success, programVersion: ProgramVersion.current,
          environment: session.settings[.environment].rawValue, database: database, checks: report.entries))
    } else {
      for line in report.lines(width: Terminal.width) { session.console.answer(line) }
    }
    return report.exitCode
  }
}
