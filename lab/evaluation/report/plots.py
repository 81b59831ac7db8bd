"""Plots of one style, as SVG that needs nothing else. Experiments draw on the axes that `canvas` gives and end with `svg`.

One colour a configuration, the same in every plot. Text stays text, so that it can be found and scales with the page.
"""

import io
import math
import re

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure as Canvas  # noqa: E402

from ..configurations import L2, OVS, PROACTIVE, REACTIVE, Configuration  # noqa: E402
from ..samples import Samples  # noqa: E402

COLOURS = {PROACTIVE.key: "#1b7837", REACTIVE.key: "#2166ac", L2.key: "#d6604d", OVS.key: "#6b6b6b"}
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "dcportals", "font.family": "sans-serif", "font.size": 9, "axes.titlesize": 9,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.6,
    "axes.axisbelow": True, "legend.frameon": False, "legend.fontsize": 8, "figure.constrained_layout.use": True,
}
WIDTH_INCHES = 7.2
ROW_INCHES = 2.4


def canvas(rows: int = 1, columns: int = 1, row_inches: float = ROW_INCHES, **options: object) -> tuple[Canvas, list[Axes]]:
    """A picture of that many panels, row by row. `options` are pyplot.subplots' own."""
    with pyplot.rc_context(STYLE):
        picture, axes = pyplot.subplots(rows, columns, figsize=(WIDTH_INCHES, rows * row_inches), squeeze=False, **options)
    return picture, list(axes.flat)


def svg(picture: Canvas, name: str) -> str:
    """The <svg> element alone; it has no size of its own, so a page gives it one. `name` keeps its ids apart from another plot's."""
    out = io.StringIO()
    with pyplot.rc_context(STYLE):
        picture.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    pyplot.close(picture)
    text = out.getvalue()
    text = text[text.index("<svg"):]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r'(id="|url\(#|xlink:href="#)', rf"\g<1>{name}-", text)
    return re.sub(r'^<svg([^>]*?) width="[^"]*"', r"<svg\1", re.sub(r'^<svg([^>]*?) height="[^"]*"', r"<svg\1", text)).strip()


def boxes(axis: Axes, groups: list[tuple[str, list[tuple[Configuration, Samples]]]], unit: str) -> None:
    """Side by side for each group: median, the middle half, and a tenth left out at either end. Nothing for what did not come."""
    most = max((len(group) for _, group in groups), default=1)
    for place, (_, group) in enumerate(groups):
        for number, (configuration, samples) in enumerate(group):
            if values := samples.values():
                at = place + (number - (most - 1) / 2) * 0.8 / most
                shown = axis.boxplot([values], positions=[at], widths=0.6 / most, whis=(10, 90), showfliers=False, patch_artist=True,
                                     medianprops={"color": "black"}, manage_ticks=False)
                shown["boxes"][0].set(facecolor=COLOURS[configuration.key], alpha=0.75)
    axis.set_xticks(range(len(groups)), [name for name, _ in groups])
    axis.set_ylabel(unit)
    axis.set_ylim(bottom=0)


def legend(picture: Canvas, configurations: list[Configuration]) -> None:
    """Under the panels."""
    handles = [pyplot.Rectangle((0, 0), 1, 1, facecolor=COLOURS[one.key], alpha=0.75, label=one.title) for one in configurations]
    with pyplot.rc_context(STYLE):
        picture.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=len(handles))


def lines(axis: Axes, samples: Samples, colour: str, begin: float | None = None) -> None:
    """Over time since `begin` (the first value's time, if it is not said), one line, broken where nothing came."""
    rows = list(samples)
    start = begin if begin is not None else min((row.at for row in rows), default=0)
    axis.plot([row.at - start for row in rows], [math.nan if row.value is None else row.value for row in rows], color=colour,
              linewidth=0.9, marker=".", markersize=2.5)


def names(picture: Canvas, colours: dict[str, str]) -> None:
    """A legend under the panels, of lines that are no configuration's."""
    handles = [pyplot.Line2D((), (), color=colour, label=name) for name, colour in colours.items()]
    with pyplot.rc_context(STYLE):
        picture.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=len(handles))


def logarithmic(axis: Axes) -> None:
    """Upwards, with plain numbers."""
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter("{x:g}")
