import SeedKit

/// `seed-runner doctor`: everything that can be wrong, with a remedy each.
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
