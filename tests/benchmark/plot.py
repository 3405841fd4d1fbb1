#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws the ratios of benchmark files as an SVG: plot.py OUT.svg FILE.json...

Each bar is one way that the library is measured beside, by hand or through another event store. It reaches from the least ratio of a round to the most,
with a mark at the median. The same files give the same picture, byte for byte.
"""

import json
import math
import sys
from html import escape

WIDTH, LEFT, RIGHT = 1040, 540, 70
ROW, HEADING, TOP, BOTTOM = 20, 26, 60, 24

STYLE = """
  svg { color-scheme: light dark; font: 12px system-ui, sans-serif; }
  .paper { fill: #ffffff; } .text { fill: #1f2328; } .faint { fill: #59636e; }
  .grid { stroke: #d1d9e0; } .one { stroke: #1f2328; stroke-width: 1.5; }
  .faster { fill: #54aeff; } .slower { fill: #f0a35e; } .median { stroke: #1f2328; stroke-width: 3; }
  .title { font-size: 15px; font-weight: 600; } .heading { font-weight: 600; } .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; } .text { fill: #e6edf3; } .faint { fill: #9198a1; }
    .grid { stroke: #3d444d; } .one { stroke: #e6edf3; } .median { stroke: #e6edf3; }
    .faster { fill: #1f6feb; } .slower { fill: #b4611a; }
  }
"""


def bars_of(report):
    """The cases of a file, each with the ways beside the library's and their ratios."""
    for case in report["cases"]:
        yield case["case"], [(way["way"], way["annals_over_this"]) for way in case["ways"][1:]]


def bounds_of(reports):
    """The powers of two that hold all ratios, and 1 with room on both sides."""
    ratios = [ratio for report in reports for _, ways in bars_of(report) for _, ratio in ways]
    low = min([ratio["least"] for ratio in ratios] + [0.5])
    high = max([ratio["most"] for ratio in ratios] + [2.0])
    return math.floor(math.log2(low)), math.ceil(math.log2(high))


def text(x, y, css, words):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}">{escape(words)}</text>'


def line(x1, y1, x2, y2, css):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def draw(reports):
    low, high = bounds_of(reports)

    def place(ratio):
        return LEFT + (math.log2(ratio) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    rows = []
    y = TOP
    for report in reports:
        y += HEADING
        rows.append(text(16, y - 8, "text heading", f'{report["benchmark"]} {report["version"]}'))
        for case, ways in bars_of(report):
            for number, (way, ratio) in enumerate(ways):
                middle = y + ROW / 2
                if number == 0:
                    rows.append(text(16, middle + 4, "text", case))
                rows.append(text(LEFT - 10, middle + 4, "faint end", way))
                begin, end = place(ratio["least"]), place(ratio["most"])
                css = "faster" if ratio["median"] >= 1 else "slower"
                rows.append(
                    f'<rect x="{begin:.1f}" y="{y + 5:.1f}" width="{max(end - begin, 1):.1f}" height="10" '
                    f'class="{css}"><title>{ratio["least"]:.2f} to {ratio["most"]:.2f}</title></rect>'
                )
                median = place(ratio["median"])
                rows.append(line(median, y + 3, median, y + ROW - 3, "median"))
                rows.append(text(WIDTH - 16, middle + 4, "text end", f'x{ratio["median"]:.2f}'))
                y += ROW
    height = y + BOTTOM

    axis = []
    for power in range(low, high + 1):
        x = place(2.0**power)
        axis.append(line(x, TOP, x, y, "one" if power == 0 else "grid"))
        axis.append(text(x, TOP - 6, "faint middle", str(2**power) if power >= 0 else f"1/{2**-power}"))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img">',
            "<title>The speed of annals divided by that of hand-written code and of other event stores</title>",
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{height}" class="paper"/>',
            text(16, 24, "text title", "annals beside hand-written code and other event stores: its speed divided by theirs"),
            *axis,
            *rows,
            "</svg>",
            "",
        ]
    )


def main(arguments):
    if len(arguments) < 3:
        sys.exit(__doc__)
    reports = []
    for path in arguments[2:]:
        with open(path, encoding="utf-8") as file:
            reports.append(json.load(file))
    with open(arguments[1], "w", encoding="utf-8") as file:
        file.write(draw(reports))


if __name__ == "__main__":
    main(sys.argv)
