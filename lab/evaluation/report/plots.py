"""Plots of one style, as SVG that needs nothing else. Experiments draw on the axes that `canvas` gives and end with `svg`.

One colour a configuration, the same in every plot, and none that the colour-blind confuse; `PALETTE` is for what is not a configuration.
A plot is drawn for the width of a phone and never shown larger than twice that. Text stays text, so that it can be found.
"""

import io
import math
from collections.abc import Sequence

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot, ticker  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure as Canvas  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402

from ..configurations import L2, OVS, PROACTIVE, REACTIVE, Configuration  # noqa: E402
from ..samples import Sample, Samples  # noqa: E402
from .svg import tidy  # noqa: E402

COLOURS = {PROACTIVE.key: "#0072b2", REACTIVE.key: "#009e73", L2.key: "#d55e00", OVS.key: "#595959"}
PALETTE = ("#332288", "#cc6677", "#44aa99", "#999933", "#aa4499", "#882255")
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "dcportals", "font.family": "sans-serif", "font.size": 10.5, "axes.titlesize": 10.5,
    "axes.titlelocation": "left", "axes.titleweight": "bold", "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "axes.linewidth": 0.8, "axes.edgecolor": "#555555", "xtick.color": "#333333", "ytick.color": "#333333", "grid.color": "#dddddd",
    "grid.linewidth": 0.6, "axes.axisbelow": True, "lines.linewidth": 1.2, "lines.markersize": 3.5, "legend.frameon": False,
    "legend.fontsize": 10, "legend.handlelength": 1.4, "legend.columnspacing": 1.2, "figure.constrained_layout.use": True,
}
WIDTH_INCHES = 5.2
ROW_INCHES = 2.2
FILL = 0.75  # opacity of areas
LEGEND_CHARACTERS = 58  # fit beside each other
MOST_POINTS = 1800  # of all lines of a picture together: more than its width can show, and about 30 kB
FEW_POINTS = 20  # of a line, which all stay
MARKER_POINTS = 4  # a marker takes as much room in the file as so many points of a line
matplotlib.rcParams.update(STYLE)


def canvas(rows: int = 1, columns: int = 1, row_inches: float = ROW_INCHES, **options: object) -> tuple[Canvas, list[Axes]]:
    """A picture of that many panels, row by row. `options` are pyplot.subplots' own. More than two columns cannot be read on a phone."""
    picture, axes = pyplot.subplots(rows, columns, figsize=(WIDTH_INCHES, rows * row_inches), squeeze=False, **options)
    return picture, list(axes.flat)


def svg(picture: Canvas, name: str) -> str:
    """The <svg> element alone, thinned out to what can be seen. `name` keeps its ids apart from another plot's."""
    _thin(picture)
    out = io.StringIO()
    picture.savefig(out, format="svg", bbox_inches="tight", pad_inches=0.05, metadata={"Date": None, "Creator": None})
    pyplot.close(picture)
    return tidy(out.getvalue(), name)


def boxes(axis: Axes, groups: list[tuple[str, list[tuple[Configuration, Samples]]]], unit: str) -> None:
    """Side by side for each group: median, the middle half, and a tenth left out at either end. Nothing for what did not come."""
    most = max((len(group) for _, group in groups), default=1)
    for place, (_, group) in enumerate(groups):
        for number, (configuration, samples) in enumerate(group):
            if values := samples.values():
                at = place + (number - (most - 1) / 2) * 0.8 / most
                shown = axis.boxplot([values], positions=[at], widths=0.6 / most, whis=(10, 90), showfliers=False, patch_artist=True,
                                     medianprops={"color": "black"}, manage_ticks=False)
                shown["boxes"][0].set(facecolor=COLOURS[configuration.key], alpha=FILL)
    axis.set_xticks(range(len(groups)), [name for name, _ in groups])
    axis.set_ylabel(unit)
    axis.set_ylim(bottom=0)


def over_time(axis: Axes, samples: Samples, colour: str, unit: str, **options: object) -> None:
    """Values at their times, a line for each repetition. A line has a gap where a value was lost, and a cross at the panel's foot."""
    for number in samples.distinct("repetition"):
        rows = sorted(samples.of(repetition=number), key=lambda row: row.at)
        axis.plot([row.at for row in rows], [math.nan if row.value is None else row.value for row in rows], color=colour, **options)
        alone = [row for before, row, after in zip([None, *rows], rows, [*rows[1:], None]) if not _came(before) and not _came(after)]
        axis.plot([row.at for row in alone if _came(row)], [row.value for row in alone if _came(row)], ".", color=colour)
    lost = [row.at for row in samples if row.value is None]
    if lost:
        axis.plot(lost, [0.03] * len(lost), "x", color=colour, transform=axis.get_xaxis_transform(), clip_on=False)
    axis.set_ylabel(unit)


def _came(row: Sample | None) -> bool:
    return row is not None and row.value is not None


def log_scale(axis: Axes, which: str = "y") -> None:
    """With numbers as people write them: 0.1, 1, 10; and some between when there are few of these."""
    getattr(axis, f"set_{which}scale")("log")
    scale = getattr(axis, f"{which}axis")

    def between(value: float, _: int) -> str:
        low, high = sorted(scale.get_view_interval())
        named = "" if high > 100 * low else "25" if high > 5 * low else "23456789"
        return f"{value:,.10g}" if f"{value:e}"[0] in named else ""

    scale.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,.10g}"))
    scale.set_minor_formatter(ticker.FuncFormatter(between))


def legend(picture: Canvas, configurations: list[Configuration]) -> None:
    """Under the panels."""
    _legend(picture, [Patch(facecolor=COLOURS[one.key], alpha=FILL, label=one.title) for one in configurations])


def legend_of(picture: Canvas, entries: Sequence[tuple[str, str]], lost: bool = False) -> None:
    """Under the panels, of lines that are not configurations: titles and colours. `lost`: explains over_time's crosses too."""
    handles = [Line2D([], [], color=colour, linewidth=2, label=title) for title, colour in entries]
    crosses = [Line2D([], [], color="#333333", marker="x", markersize=4, linestyle="", label="lost")] if lost else []
    _legend(picture, handles + crosses)


def _legend(picture: Canvas, handles: list) -> None:
    """In as many columns as fit."""
    if not handles:
        return
    widest = max(len(handle.get_label()) for handle in handles) + 6
    picture.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=min(len(handles), LEGEND_CHARACTERS // widest or 1))


def _thin(picture: Canvas) -> None:
    """When all long lines together have more points than can be seen: of a line the least and the greatest value of each stretch, of
    markers one where several lie upon each other."""
    lines = [line for axis in picture.axes for line in axis.lines if len(line.get_xdata()) > FEW_POINTS]
    total = sum(len(line.get_xdata()) * (MARKER_POINTS if _marked(line) else 1) for line in lines)
    if total > MOST_POINTS:
        for line in lines:
            places, values = list(line.get_xdata()), list(line.get_ydata())
            kept = (_apart if _marked(line) else _extremes)(places, values, max(FEW_POINTS, len(values) * MOST_POINTS // total))
            line.set_data([places[number] for number in kept], [values[number] for number in kept])


def _marked(line: Line2D) -> bool:
    return line.get_marker() not in ("None", "", None)


def _extremes(_: list[float], values: list[float], most: int) -> list[int]:
    """Which points to keep; a gap stays a gap, and a line as long as it was."""
    kept = [0]
    length = max(1, math.ceil(2 * len(values) / most))
    for begin in range(0, len(values), length):
        stretch = range(begin, min(begin + length, len(values)))
        there = [number for number in stretch if not math.isnan(values[number])]
        gap = [number for number in stretch if math.isnan(values[number])][:1]
        kept += [*gap, *((min(there, key=values.__getitem__), max(there, key=values.__getitem__)) if there else ())]
    return sorted({*kept, len(values) - 1})


def _apart(places: list[float], values: list[float], most: int) -> list[int]:
    """Which points to keep: one of each cell of a grid that becomes coarser until so few are left."""
    across, up = _shares(places), _shares(values)
    kept = [number for number, value in enumerate(values) if not math.isnan(value)]
    cells = 512
    while len(kept) > most and cells > 1:
        kept = list({(round(across[number] * cells), round(up[number] * cells / 2)): number for number in kept}.values())
        cells //= 2
    return sorted(kept)


def _shares(values: list[float]) -> list[float]:
    """Of the way from the least to the greatest."""
    there = [value for value in values if not math.isnan(value)]
    low, high = min(there, default=0), max(there, default=0)
    return [(value - low) / ((high - low) or 1) for value in values]
