import Catalog
import FoundationEssentials
import SeedCLI

@main
enum SeedRunnerMain {
  static func main() {
    let program = SeedProgram(
      fixtures: Catalog.fixtures, settings: Catalog.settings, catalog: { try Catalog.registry($0) })
    program.main(
      arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
  }
}
