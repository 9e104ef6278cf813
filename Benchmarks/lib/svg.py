"""What the charts share. They are readable on light and dark backgrounds."""

import html

COLORS = ("#2f7ed8", "#d9730d", "#c9a227", "#7a869a", "#3a9a6a")


def opening(width, height, left, title, subtitle):
    """The lines of an SVG up to its heading."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-size="13"'
        ' font-family="system-ui, sans-serif">',
        f"<title>{html.escape(title)}</title>",
        "<style>text{fill:#24292f}.grid{stroke:#24292f;stroke-opacity:.15}.value{font-size:11px}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#e6edf3;stroke-opacity:.2}}</style>",
        f'<text x="{left}" y="24" font-size="15" font-weight="600">{html.escape(title)}</text>',
        f'<text x="{left}" y="43" class="value">{html.escape(subtitle)}</text>',
    ]
