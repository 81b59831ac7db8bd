"""Figure 20: three panels over one time axis, as in the paper: CPU of the controller and of the generator's switch with the size of the
bursts, bandwidth of the stream, latency of new flows. Used by load_report.py.
"""

from matplotlib.axes import Axes

from ..report import plots
from ..report.document import Figure
from ..samples import Samples
from . import load_watch
from .load_knee import COURSE, LATENCY, ROUND_TRIP, Burst, bursts
from .load_outcome import Outcome

CONTROLLER, SWITCH, BURSTS, OTHER = "#cc6677", "#332288", "#ddcc77", "#333333"
PANEL_INCHES = 1.6


def figure(outcome: Outcome, name: str) -> Figure | None:
    """Of the first repetition in which there was a burst."""
    everything, knee = outcome.samples, outcome.worst()
    found = next(((number, own, seen) for number in everything.distinct("repetition")
                  for own in [everything.of(repetition=number)] for seen in [bursts(own)] if seen), None)
    if found is None:
        return None
    number, own, seen = found
    course = own.of(case=COURSE)
    picture, (above, middle, below) = plots.canvas(3, row_inches=PANEL_INCHES, sharex=True)
    for axis in (above, middle, below):
        for burst in seen:
            axis.axvspan(burst.begin, burst.end, color=BURSTS, alpha=0.2, linewidth=0)
            if burst.rate == knee:
                axis.axvline(burst.begin, color=OTHER, linestyle=":")
    has_controller = len(course.of(quantity=load_watch.CONTROLLER_CPU)) > 0
    _processors(above, course, has_controller)
    _sizes(above, seen)
    plots.over_time(middle, course.of(quantity=load_watch.BANDWIDTH), OTHER, "Mbit/s", drawstyle="steps-pre")
    middle.set_ylim(bottom=0)
    middle.set_title("Bandwidth of the stream")
    _probes(below, course)
    below.set_title("Latency of new flows")
    below.set_xlabel("seconds")
    lost = course.of(quantity=ROUND_TRIP).lost()
    controller = [("the controller", CONTROLLER)] if has_controller else []
    plots.legend_of(picture, [*controller, ("ovs-vswitchd", SWITCH), ("bursts", BURSTS)], lost > 0)
    knee_said = f" The dotted line is where new flows begin to suffer, {knee:,} packets/s." if knee else ""
    return Figure(f"Figure 20, {outcome.name}, round {number}.{knee_said}", plots.svg(picture, name),
                  f"CPU, bandwidth and latency over time while bursts of up to {max(burst.rate for burst in seen):,} packets/s are sent; "
                  f"lost probes: {lost}", name)


def _processors(axis: Axes, course: Samples, has_controller: bool) -> None:
    plots.over_time(axis, course.of(quantity=load_watch.SWITCH_CPU), SWITCH, "% of a core")
    if has_controller:
        plots.over_time(axis, course.of(quantity=load_watch.CONTROLLER_CPU), CONTROLLER, "% of a core")
    axis.set_ylim(bottom=0)
    axis.set_title("CPU, and size of the bursts")


def _probes(axis: Axes, course: Samples) -> None:
    """Of those that came, how long; a cross for each without an answer."""
    came = [row for row in course.of(quantity=LATENCY) if row.value is not None]
    axis.plot([row.at for row in came], [row.value for row in came], ".", color=OTHER, markersize=2.5)
    plots.over_time(axis, Samples(row for row in course.of(quantity=ROUND_TRIP) if row.value is None), OTHER, "ms")
    if came:
        plots.log_scale(axis)


def _sizes(axis: Axes, seen: list[Burst]) -> None:
    """On an axis of their own, behind the lines."""
    sizes = axis.twinx()
    sizes.grid(False)
    sizes.bar([burst.begin for burst in seen], [burst.sent or burst.rate for burst in seen], [burst.end - burst.begin for burst in seen],
              align="edge", color=BURSTS, alpha=0.6, linewidth=0)
    plots.log_scale(sizes)
    sizes.set_ylim(bottom=10)
    sizes.set_ylabel("packets/s")
    axis.set_zorder(sizes.get_zorder() + 1)
    axis.patch.set_visible(False)
