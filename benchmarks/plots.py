"""A small SVG plot, drawn by hand."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 320, 64, 170, 24, 40
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e")
_AXES = f"M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"


def _svg(body: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">'
    )
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    return "\n".join([head, ground, *body, "</svg>", ""])


def _text(x: float, y: float, text: str, anchor: str = "start", fill: str = "black") -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{fill}">{escape(text)}</text>'
    )


def progress(runs: Sequence[tuple[str, Sequence[tuple[float, int]]]], limit: float) -> str:
    """Rows out over time, against the line that the limit of requests draws."""
    longest = max(points[-1][0] for _, points in runs)
    most = max(limit * longest, *(points[-1][1] for _, points in runs))

    def path(points: Sequence[tuple[float, float]], colour: str, dash: str = "") -> str:
        places = " ".join(
            f"{LEFT + at / longest * (WIDTH - LEFT - RIGHT):.1f},"
            f"{HEIGHT - BOTTOM - rows / most * (HEIGHT - TOP - BOTTOM):.1f}"
            for at, rows in points
        )
        return (
            f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>'
        )

    body = [f'<path d="{_AXES}" fill="none" stroke="#888"/>']
    for part in range(5):
        x = LEFT + part / 4 * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - part / 4 * (HEIGHT - TOP - BOTTOM)
        body.append(_text(x, HEIGHT - BOTTOM + 16, f"{longest * part / 4:.0f} s", "middle"))
        body.append(_text(LEFT - 6, y + 4, f"{most * part / 4:,.0f}", "end"))
    body.append(_text(LEFT, 14, "rows out"))
    body.append(path([(0, 0), (longest, limit * longest)], "#888", ' stroke-dasharray="5 4"'))
    body.append(_text(WIDTH - RIGHT + 12, TOP + 12, "- - 300 full pages a minute", fill="#666"))
    for number, (label, points) in enumerate(runs):
        colour = COLOURS[number % len(COLOURS)]
        thinned = [*points[:: max(1, len(points) // 150)], points[-1]]
        body.append(path(thinned, colour))
        body.append(_text(WIDTH - RIGHT + 12, TOP + 32 + 18 * number, label, fill=colour))
    return _svg(body)
