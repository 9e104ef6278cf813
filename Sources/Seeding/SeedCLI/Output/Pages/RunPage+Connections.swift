import Postgres
import SeedKit

extension RunPage {
  /// A lane for each connection, with the seeders that used it.
  var connections: String {
    let numbers = Set(record.seeders.flatMap(\.connections)).sorted()
    guard !numbers.isEmpty else { return "" }
    return """
      <h2 id="connections">Connections</h2>
      <p class="soft">The seeders that used each connection. A seeder that used several connections appears on each.</p>
      <div class="chart">
      \(numbers.map(lane).joined(separator: "\n"))
      </div>
      """
  }

  private func lane(_ number: Int) -> String {
    let users = record.seeders.filter { $0.connections.contains(number) }.sorted { $0.start < $1.start }
    let blocks = users.enumerated().map { index, seeder in
      let start = offset + seeder.start.milliseconds
      let title = "\(seeder.id), connection \(number), \(Text.duration(seeder.duration))"
      let width = seeder.duration.milliseconds / span
      // The nested SVG clips its label. A narrow block has no label.
      let label = width < 0.08 ? "" : "<text x=\"4\" y=\"17\">\(escape(seeder.id.rawValue))</text>"
      return """
        <svg x="\(share(start))" width="\(share(max(seeder.duration.milliseconds, span * 0.002)))" height="26">\
        <rect class="use\(index % 2)" y="2" height="22" width="100%"><title>\(escape(title))</title></rect>\(label)</svg>
        """
    }
    let names = users.map(\.id.rawValue).joined(separator: ", ")
    return """
      <div class="lane"><span class="name">connection \(number)</span>\
      <svg height="26" role="img" aria-label="\(escape("connection \(number): \(names)"))">\(blocks.joined())</svg>\
      <span class="time"></span><span class="note">\(escape(names))</span></div>
      """
  }
}
