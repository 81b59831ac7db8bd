"""Figures that more than one experiment shows: boxes by case and configuration, and a panel for each configuration."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..configurations import Configuration, Links
from ..measurement import Results
from ..report import plots
from ..report.document import Figure


@dataclass(frozen=True)
class Boxes:
    """One quantity of an experiment: a group a case, a box a configuration."""

    key: str  # the experiment's
    cases: Sequence[str]
    quantity: str
    unit: str
    caption: str
    alternative: str

    def figure(self, results: Results, links: Links) -> Figure:
        name = f"{self.key}-{links.key}"
        picture, (axis,) = plots.canvas()
        configurations = results.configurations()
        plots.boxes(axis, [(case, [(one, results.of(one, links, case, self.quantity)) for one in configurations]) for case in self.cases],
                    self.unit)
        plots.legend(picture, configurations)
        return Figure(f"{self.caption}, {links.title}: median, middle half, and all but a tenth at either end.",
                      plots.svg(picture, name), self.alternative, name)


def panels(results: Results, x: str, y: str) -> tuple[Canvas, list[tuple[Configuration, Axes]]]:
    """One for each configuration that was measured, two in a row, alike in scale; `y` is logarithmic."""
    configurations = results.configurations()
    picture, axes = plots.canvas((len(configurations) + 1) // 2, min(2, len(configurations)), sharex=True, sharey=True)
    shown = list(zip(configurations, axes))
    for configuration, axis in shown:
        axis.set_title(configuration.title)
        plots.log_scale(axis)
    for axis in axes[len(configurations):]:
        axis.set_visible(False)
    picture.supxlabel(x, fontsize="medium")
    picture.supylabel(y, fontsize="medium")
    return picture, shown
