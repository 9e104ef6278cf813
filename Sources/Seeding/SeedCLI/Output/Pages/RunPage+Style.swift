import SeedKit

extension RunPage {
  /// The colors of the phases in light and dark mode. Each has a contrast ratio of at least 3:1 to the page
  /// (WCAG 2.2, 1.4.11), which a test checks.
  static let colors: [(phase: SeedPhase, light: String, dark: String)] = [
    (.queued, "#848d97", "#656d76"), (.locking, "#a87900", "#d29922"), (.reading, "#3d8bfd", "#58a6ff"),
    (.comparing, "#17877f", "#39c5bb"), (.writing, "#1a7f37", "#2ea043"), (.finishing, "#8250df", "#a371f7"),
    (.committing, "#3b434b", "#c9d1d9"), (.pausing, "#cf222e", "#f85149"),
  ]

  /// The CSS rules that color the phases in the chart.
  var phaseStyle: String {
    let light = Self.colors.map { ".p-\($0.phase.rawValue) { fill: \($0.light) }" }
    let dark = Self.colors.map { ".p-\($0.phase.rawValue) { fill: \($0.dark) }" }
    return light.joined(separator: " ") + "\n@media (prefers-color-scheme: dark) { @media screen { "
      + dark.joined(separator: " ") + " } }\n"
  }

  static let style = """
    .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1rem 0 }
    .tiles div { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .45rem .75rem;
      display: flex; flex-direction: column-reverse }
    .tiles dt { color: var(--soft); font-size: .85rem }
    .tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums }
    .problem { border-left: 4px solid var(--bad); background: var(--panel); padding: .5rem .9rem; margin: .6rem 0 }
    .problem h3 { margin: 0; font-size: 1rem; color: var(--bad) }
    .problem ul { margin: .3rem 0; padding-left: 1.2rem }
    .pre { white-space: pre-line }
    .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; list-style: none; padding: 0; margin: .5rem 0 .8rem;
      font-size: .9rem }
    .swatch { width: 12px; height: 12px; margin-right: .4rem }
    .chart { border: 1px solid var(--line); border-radius: 6px; padding: .3rem .8rem }
    .lane { display: grid; grid-template-columns: minmax(9rem, 15rem) 1fr 4.5rem; column-gap: .8rem;
      align-items: center; padding: .3rem 0; border-bottom: 1px solid var(--line) }
    .lane:last-child { border-bottom: 0 }
    .lane svg { width: 100%; display: block; overflow: visible }
    .lane svg svg { width: auto }
    .lane .time { text-align: right; font-variant-numeric: tabular-nums }
    .lane .note { grid-column: 2 / -1; color: var(--soft); font-size: .85rem }
    .lane .note:empty { display: none }
    .lane .step { color: var(--soft) }
    .lane text { fill: var(--soft); font-size: 12px }
    .axis { border-bottom: 0; padding-bottom: 0 }
    .badge { display: inline-block; width: 1.3em }
    .grid { stroke: var(--line); stroke-width: 1 }
    .lost { opacity: .45 }
    .retry { fill: var(--bad); stroke: var(--paper); stroke-width: 1 }
    .p-step { fill: var(--soft) }
    .use0 { fill: var(--one) } .use1 { fill: var(--two) }
    .use0, .use1 { fill-opacity: .28; stroke-width: 1 } .use0 { stroke: var(--one) } .use1 { stroke: var(--two) }
    .lane svg svg text { fill: var(--ink) }
    tr:target { background: var(--panel) }
    @media (max-width: 44rem) {
      .lane { grid-template-columns: 1fr auto }
      .lane svg { grid-column: 1 / -1; grid-row: 2 }
      .lane .note { grid-column: 1 / -1 }
      .axis .name, .axis .time { display: none }
    }

    """
}
