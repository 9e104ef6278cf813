"""Draws latencies by percentile as an SVG that is readable on light and dark backgrounds."""

import html
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[1] / "lib"))
from svg import COLORS, opening  # noqa: E402

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 380, 56, 24, 56, 66


def steps(most):
    """About five round axis ticks, the last of them above the maximum."""
    size = next(s * 10**e for e in range(-3, 6) for s in (1, 2, 2.5, 5) if most / (s * 10**e) <= 6)
    return [size * index for index in range(int(most / size) + 2)]


def write_chart(path, title, labels, series):
    ticks = steps(max(max(values) for values in series.values()))
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    group = width / len(labels)
    bar = group * 0.78 / len(series)

    def y(value):
        return TOP + height * (1 - value / ticks[-1])

    subtitle = "milliseconds, lower is better; services measured with Locust, the bare query with pgbench"
    parts = opening(WIDTH, HEIGHT, LEFT, title, subtitle)
    for tick in ticks:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for index, label in enumerate(labels):
        start = LEFT + group * index + group * 0.11
        for place, (values, color) in enumerate(zip(series.values(), COLORS)):
            x, top = start + bar * place, y(values[index])
            parts.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{bar - 3:.1f}" height="{TOP + height - top:.1f}" rx="2" fill="{color}"/>'
            )
            parts.append(
                f'<text class="value" x="{x + (bar - 3) / 2:.1f}" y="{top - 4:.1f}" text-anchor="middle">{values[index]:.3g}</text>'
            )
        middle = LEFT + group * (index + 0.5)
        parts.append(f'<text x="{middle:.1f}" y="{TOP + height + 20}" text-anchor="middle">{html.escape(label)}</text>')
    x = LEFT
    for name, color in zip(series, COLORS):
        parts.append(f'<rect x="{x}" y="{HEIGHT - 25}" width="12" height="12" rx="2" fill="{color}"/>')
        parts.append(f'<text x="{x + 18}" y="{HEIGHT - 14}">{html.escape(name)}</text>')
        x += 44 + 8 * len(name)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")
