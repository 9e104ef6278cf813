import Catalog
import FoundationEssentials
import SeedCLI
import TraceCommands

@main
enum SeedRunnerMain {
  static func main() {
    let program = SeedProgram(
      modules: [.traces], fixtures: Catalog.fixtures, hasDemoSeeders: true,
      seeders: { try Catalog.registry($0) })
    program.main(
      arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
  }
}
