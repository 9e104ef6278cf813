import Catalog
import FoundationEssentials
import SeedCLI

@main
enum SeedRunnerMain {
  static func main() async {
    let program = SeedProgram(fixtures: Catalog.fixtures, catalog: { try Catalog.registry($0) })
    await program.main(
      arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
  }
}
