"""The latency against the load, as a drawing: both axes in powers of ten, a line per system."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import log10

Point = tuple[float, float]
"""Messages a second, and milliseconds."""

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 760, 420, 70, 40, 20, 60
_COLOURS = ("#1b6e53", "#b4451f", "#2f5fa8", "#7a4b94")
_STYLE = "text{font:13px sans-serif;fill:#222}.grid{stroke:#ddd}.line{fill:none;stroke-width:2.5}.title{font-size:15px}"


def curve(title: str, lines: Mapping[str, Sequence[Point]]) -> str:
    """The drawing as SVG. Each line needs a point at least."""
    points = [point for line in lines.values() for point in line]
    across = _decades(load for load, _ in points)
    up = _decades(took for _, took in points)
    parts = [*_grid(across, up)]
    for number, (name, line) in enumerate(lines.items()):
        parts += _line(name, [_place(point, across, up) for point in line], number)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f'<text class="title" x="{_LEFT}" y="22">{escape(title)}</text>{"".join(parts)}'
        f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 12}" text-anchor="middle">messages a second</text></svg>\n'
    )


def _decades(values: Iterable[float]) -> tuple[int, int]:
    logs = [log10(max(value, 0.01)) for value in values]
    low = int(min(logs) // 1)
    return low, max(int(-(-max(logs) // 1)), low + 1)


def _place(point: Point, across: tuple[int, int], up: tuple[int, int]) -> Point:
    def part(value: float, ends: tuple[int, int]) -> float:
        return (log10(max(value, 0.01)) - ends[0]) / (ends[1] - ends[0])

    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    return _LEFT + width * part(point[0], across), _TOP + height * (1 - part(point[1], up))


def _grid(across: tuple[int, int], up: tuple[int, int]) -> list[str]:
    parts = []
    for power in range(across[0], across[1] + 1):
        x, _ = _place((10.0**power, 1), across, up)
        parts.append(f'<line class="grid" x1="{x:.0f}" x2="{x:.0f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>')
        parts.append(f'<text x="{x:.0f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{10.0**power:g}</text>')
    for power in range(up[0], up[1] + 1):
        _, y = _place((1, 10.0**power), across, up)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.0f}" y2="{y:.0f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g} ms</text>')
    return parts


def _line(name: str, places: Sequence[Point], number: int) -> list[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places)
    y = _TOP + 18 + 20 * number
    key = f'<rect x="{_LEFT + 12}" y="{y - 9}" width="18" height="4" fill="{colour}"/>'
    return [
        f'<polyline class="line" stroke="{colour}" points="{path}"/>{marks}',
        f'{key}<text x="{_LEFT + 38}" y="{y}">{escape(name)}</text>',
    ]
