import FoundationEssentials
import Basics

/// A self-contained HTML page without scripts and external resources. It supports light and dark mode, small screens
/// and printing.
package struct HTMLPage {
  /// The title, as text.
  let title: String
  /// CSS rules in addition to the common ones.
  var style = ""
  /// The content, as HTML.
  let body: String

  /// Creates a page.
  package init(title: String, style: String = "", body: String) {
    self.title = title
    self.style = style
    self.body = body
  }

  /// The complete document. Its content security policy allows only its own style sheet, by digest. Text from files
  /// and servers would be harmless even if it were not escaped.
  package var html: String {
    let sheet = "\n" + Self.common + style
    let digest = Data(Digest.sha256(Array(sheet.utf8))).base64EncodedString()
    let policy =
      "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <title>\(Self.escaped(title))</title>
      <style>\(sheet)</style>
      </head>
      <body>
      \(body)
      </body>
      </html>

      """
  }

  /// Escapes text for HTML content and quoted attributes. Control characters and characters that change the writing
  /// direction are made visible or removed.
  package static func escaped(_ text: String) -> String {
    DisplayText.lines(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
  }

  /// Formats a number with at most two decimals and without trailing zeros.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = Int((value * 100).rounded())
    let (whole, rest) = (hundredths / 100, abs(hundredths % 100))
    if rest == 0 { return "\(whole)" }
    let sign = hundredths < 0 && whole == 0 ? "-" : ""
    return "\(sign)\(whole)." + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
  }

  /// A table that scrolls horizontally if it is too wide, also by keyboard.
  ///
  /// - Parameters:
  ///   - caption: the label for assistive technology, as text.
  ///   - header: the names of the columns, as text.
  ///   - rows: the cells, as HTML with their tags.
  package static func table(_ caption: String, header: [(name: String, isNumber: Bool)], rows: [String])
    -> String
  {
    let heads = header.map {
      "<th scope=\"col\"\($0.isNumber ? " class=\"number\"" : "")>\(escaped($0.name))</th>"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(escaped(caption))"><table>
      <thead><tr>\(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>
      """
  }

  private static let common = """
    :root {
      color-scheme: light dark;
      --paper: #ffffff; --panel: #f6f8fa; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de;
      --good: #1a7f37; --bad: #b3261e; --warn: #855300; --link: #0550ae;
      --one: #1f6feb; --two: #b35900; --three: #1a7f37;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #0d1117; --panel: #161b22; --ink: #e6edf3; --soft: #9da7b3; --line: #30363d;
        --good: #3fb950; --bad: #ff7b72; --warn: #e3b341; --link: #79c0ff;
        --one: #58a6ff; --two: #f0883e; --three: #3fb950;
      }
    }
    * { box-sizing: border-box }
    body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem;
      color: var(--ink); background: var(--paper); overflow-wrap: anywhere }
    h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem }
    h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem }
    p { margin: .4rem 0 }
    a { color: var(--link) }
    code { font: .92em ui-monospace, monospace }
    .soft { color: var(--soft) }
    .good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) }
    .good, .bad, .warn { font-weight: 600 }
    .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0 1rem }
    a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; overflow-wrap: normal }
    th, td { padding: .3rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
      white-space: nowrap }
    tbody tr:last-child > * { border-bottom: 0 }
    thead th { background: var(--panel); font-size: .85rem; color: var(--soft) }
    tbody th { font-weight: 600 }
    td.text { white-space: normal; min-width: 18rem }
    .number { text-align: right }
    @media print {
      :root { --paper: #ffffff; --panel: #f6f8fa; --ink: #000000; --soft: #444444; --line: #bbbbbb;
        --good: #1a7f37; --bad: #b3261e; --warn: #855300; --link: #000000; color-scheme: light }
      body { font-size: 9pt; max-width: none; padding: 0 }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
      .scroll { overflow: visible; border: 0 }
      th, td { padding: .15rem .35rem; white-space: normal }
      td.text { min-width: 0 }
      h2 { break-after: avoid } tr, .lane { break-inside: avoid }
    }

    """
}
