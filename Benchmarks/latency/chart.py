"""Draws times over round-trip times as an SVG with one panel per comparison."""

import html
import math
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[1] / "lib"))
from svg import COLORS, opening  # noqa: E402

WIDTH, LEFT, RIGHT, TOP, PLOT, GAP = 900, 64, 24, 88, 270, 68


def label(seconds):
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"


def write_chart(path, title, latencies, panels):
    """`panels` has for each heading a list of (name, color, is dashed, seconds at each of the latencies)."""
    every = [value for series in panels.values() for line in series for value in line[3]]
    lowest, highest = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))
    longest = max(len(series) for series in panels.values())
    height = TOP + PLOT + 62 + 20 * math.ceil(longest / 2)
    panel = (WIDTH - LEFT - RIGHT - GAP * (len(panels) - 1)) / len(panels)

    def y(value):
        return TOP + PLOT * (1 - (math.log10(value) - lowest) / (highest - lowest))

    subtitle = "time of the whole process, logarithmic, lower is better; below: round-trip time to the server"
    parts = opening(WIDTH, height, LEFT, title, subtitle)
    for place, (heading, series) in enumerate(panels.items()):
        left = LEFT + (panel + GAP) * place
        parts.append(f'<text x="{left:.1f}" y="{TOP - 18}" font-weight="600">{html.escape(heading)}</text>')
        for power in range(lowest, highest + 1):
            at = y(10.0**power)
            parts.append(f'<line class="grid" x1="{left:.1f}" x2="{left + panel:.1f}" y1="{at:.1f}" y2="{at:.1f}"/>')
            parts.append(f'<text x="{left - 8:.1f}" y="{at + 4:.1f}" text-anchor="end">{label(10.0**power)}</text>')
        xs = [left + panel * (index + 0.5) / len(latencies) for index in range(len(latencies))]
        for x, latency in zip(xs, latencies):
            parts.append(f'<text x="{x:.1f}" y="{TOP + PLOT + 20}" text-anchor="middle">{latency} ms</text>')
        for number, (name, color, is_dashed, values) in enumerate(series):
            stroke = f'stroke="{COLORS[color]}" stroke-width="2"' + (' stroke-dasharray="5 4"' if is_dashed else "")
            points = [(x, y(value)) for x, value in zip(xs, values)]
            path_of = " ".join(f"{x:.1f},{at:.1f}" for x, at in points)
            parts.append(f'<polyline points="{path_of}" fill="none" {stroke}/>')
            parts += [f'<circle cx="{x:.1f}" cy="{at:.1f}" r="3" fill="{COLORS[color]}"/>' for x, at in points]
            x, at = left + panel / 2 * (number % 2), TOP + PLOT + 46 + 20 * (number // 2)
            parts.append(f'<line x1="{x:.1f}" x2="{x + 24:.1f}" y1="{at - 4}" y2="{at - 4}" {stroke}/>')
            parts.append(f'<text x="{x + 30:.1f}" y="{at}" class="value">{html.escape(name)}</text>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")
