"""What the processes of a running system hold and take, and the drawing of it over time."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path

from quoting.cli.processes import Supervisor

MIB = 1024 * 1024
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LEGEND = 900, 420, 60, 40, 50, 190
COLOURS = (
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
    "#393b79", "#637939",
)  # fmt: skip


def resident(supervisor: Supervisor) -> dict[str, int]:
    """Bytes that each process holds, by role and its place among the processes of the role (0 is the oldest)."""
    found: dict[str, list[tuple[int, int]]] = {}
    for name, entry in _processes(supervisor):
        with suppress(OSError, IndexError):  # it has ended meanwhile
            pages = int((entry / "statm").read_text().split()[1])
            found.setdefault(name, []).append((int(entry.name), pages * os.sysconf("SC_PAGE_SIZE")))
    return {f"{name} {n}": size for name, some in found.items() for n, (_, size) in enumerate(sorted(some))}


def processor_s(supervisor: Supervisor) -> Counter[str]:
    """Seconds of processor time by role, of children that have ended as well."""
    spent: Counter[str] = Counter()
    for name, entry in _processes(supervisor):
        with suppress(OSError, IndexError):
            times = (entry / "stat").read_text().rsplit(")", 1)[1].split()[11:15]
            spent[name] += sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
    return spent


def _processes(supervisor: Supervisor) -> Iterator[tuple[str, Path]]:
    """The role and the folder in /proc of each living process."""
    groups = {child.process.pid: child.command.name for child in supervisor.children}
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and (name := groups.get(os.getpgid(int(entry.name)))) is not None:
                yield name, entry


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Least squares: rise of y for each unit of x; 0 where there is no spread."""
    count = len(points)
    mean_x, mean_y = (sum(p[axis] for p in points) / count for axis in (0, 1))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def svg(lines: Mapping[str, Sequence[tuple[float, float]]], title: str, across: str, up: str) -> str:
    """Lines of (x, y) in one drawing, each named and with its last value beside it."""
    right = max((x for points in lines.values() for x, _ in points), default=1.0) or 1.0
    top = max((y for points in lines.values() for _, y in points), default=1.0) * 1.05 or 1.0
    inner_w, inner_h = WIDTH - LEFT - LEGEND, HEIGHT - TOP - BOTTOM

    def at(x: float, y: float) -> str:
        return f"{LEFT + x / right * inner_w:.1f},{TOP + inner_h - y / top * inner_h:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="14">{escape(title)}</text>',
    ]
    for step in range(6):
        x, y = LEFT + inner_w * step / 5, TOP + inner_h - inner_h * step / 5
        parts += [
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + inner_w}" y2="{y:.1f}" stroke="#ddd"/>',
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{top * step / 5:.0f}</text>',
            f'<text x="{x:.1f}" y="{TOP + inner_h + 16}" text-anchor="middle">{right * step / 5:.0f}</text>',
        ]
    parts += [
        f'<text x="{LEFT + inner_w / 2}" y="{HEIGHT - 12}" text-anchor="middle">{escape(across)}</text>',
        f'<text x="12" y="{TOP - 8}">{escape(up)}</text>',
    ]
    for number, (name, points) in enumerate(lines.items()):
        colour, y = COLOURS[number % len(COLOURS)], TOP + 12 + number * 18
        parts += [
            f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{" ".join(at(*p) for p in points)}"/>',
            f'<text x="{WIDTH - LEGEND + 12}" y="{y}" fill="{colour}">{escape(name)}: {points[-1][1]:.1f}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])
