"""How a run becomes a document: what is the same for every experiment, and each experiment's own words."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from dcplab.links import QUEUE_BYTES

from ..configurations import CONFIGURATIONS, L2, LINKS, OVS, PROACTIVE, REACTIVE, Links
from ..measurement import Experiment, Results
from ..run import Run
from ..samples import Samples
from . import html, markdown
from .document import Block, Document, Paragraph, Section, Summary, Table

TITLE = "The paper's evaluation, on this machine"
PLOTS = "plots"
PLACES = ("--daemon", "--output")
WAYS = {
    PROACTIVE.key: "obey dcportald, which installs every flow before it is needed",
    REACTIVE.key: "obey dcportald, which is asked for the first packet of every flow, as in the paper",
    L2.key: "obey a learning controller that knows no tenants (`ovs-testcontroller`); the paper took POX's",
    OVS.key: "learn and flood by themselves, without a controller",
}


def compose(run: Run, samples: Samples, experiments: Sequence[Experiment]) -> Document:
    """Of the experiments that were measured."""
    measured = []
    for experiment in experiments:
        own = samples.of(experiment=experiment.key)
        if len(own):
            measured.append(Section(experiment.section, experiment.title, experiment.describe(Results(own, run.quick))))
    sections = [_summary(measured), _compared(run, samples), _procedure(run, samples), *measured, *_missing(run), _differences(run)]
    return Document(TITLE, _introduction(run), sections)


def write(document: Document, folder: Path) -> None:
    """index.html, which needs nothing else; report.md, with its plots beside it."""
    (folder / "index.html").write_text(html.render(document), encoding="utf-8")
    markdown.write(document, folder / "report.md", folder / PLOTS)


def publish(document: Document, run: Run, folder: Path) -> Path:
    """The report as a page among others: evaluation.md, with its plots in evaluation/."""
    origin = Paragraph(f"This page is printed by `lab/evaluate --publish {folder.name or folder}`, from the run of {run.date} at commit "
                       f"`{run.commit}` on a machine with {_machine(run)}. Do not edit it.")
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "evaluation.md"
    markdown.write(Document(document.title, [origin, *document.introduction], document.sections), page, folder / "evaluation")
    return page


def _introduction(run: Run) -> list[Block]:
    blocks: list[Block] = [Paragraph(
        'What section 4 of the paper "Traffic Isolation on Multi-Tenant Data Center Networks" measured, measured again: its topologies and '
        "procedures, with dcportals in the place of DCPortalsNG, and the paper's own figures beside ours.")]
    if run.quick:
        blocks.append(Paragraph("This was a quick run, to see that everything works: the figures mean little."))
    if not run.finished:
        blocks.append(Paragraph("The run was stopped before its end: what had been measured until then is shown."))
    return blocks


def _summary(measured: Sequence[Section]) -> Section:
    """What does not hold comes first."""
    claims = sorted(((section, verdict) for section in measured for verdict in section.verdicts()),
                    key=lambda claim: (claim[1].holds, not claim[1].fact))
    if not claims:
        return Section("", "Summary", [Paragraph("Nothing that was measured makes a claim.")])
    failed = [verdict for _, verdict in claims if not verdict.holds]
    count = len(claims)
    words = f"{count - len(failed)} of {count} claims hold. " if failed or count == 1 else f"All {count} claims hold. "
    return Section("", "Summary", [
        Paragraph(words + 'One that says "must" holds on every machine, or something is broken; the others are about the figures of this '
                          "run."),
        Summary(claims)])


def _compared(run: Run, samples: Samples) -> Section:
    there = [one for one in CONFIGURATIONS if one.key in samples.distinct("configuration")]
    links = [one for one in LINKS if one.key in samples.distinct("links")]
    return Section("", "What was compared", [
        Table("Configurations", ["configuration", "the hypervisors' switches", "beside the paper's"],
              [[one.title, WAYS[one.key], one.paper] for one in there], labels=3),
        *(Paragraph(_speed(one, run)) for one in links)])


def _speed(links: Links, run: Run) -> str:
    title = links.title[:1].upper() + links.title[1:]
    if links.mbits:
        return (f"{title}: each cable of a VM and each uplink carries no more in each direction, with a queue of {QUEUE_BYTES >> 10} KiB. "
                "So the network is the limit, as the paper's 1 Gbit/s was, and not the machine.")
    return (f"{title}: as fast as {run.machine.get('cores', '?')} cores can move packets, which is a figure of the machine and of Open "
            "vSwitch's userspace datapath as much as of what is compared.")


def _procedure(run: Run, samples: Samples) -> Section:
    rounds = max((row.repetition for row in samples), default=0)
    words = (f"Measured on {run.date}, commit `{run.commit}`, with `{_command(run)}`: {len(samples):,} values"
             + (f" in {_duration(run.seconds)}." if run.seconds else "."))
    return Section("", "How it was measured", [
        Paragraph(words),
        Paragraph(
            "Each measurement has a lab of its own, which is built before it and taken down after it. Configurations take turns: "
            "within a round an experiment is measured in one directly after the other, and each round begins with another one, so that "
            f"what else the machine does falls upon all alike. There {'was one round' if rounds == 1 else f'were up to {rounds} rounds'}; "
            "every value of every round counts."),
        Paragraph(
            "Where nothing else is said, a figure is the median of all values, and the spread reaches from the value below which a "
            "tenth of them lies to that above which a tenth lies. What was awaited and did not come is no value; it is counted as lost."),
        Paragraph("Every value, with its time, is in the run's `raw/samples.csv`; `lab/evaluate --again` makes the report from it alone."),
        Table("The machine", ["", ""], list(run.machine.items()), labels=2)])


def _command(run: Run) -> str:
    """Without what says nothing about the figures: where files are."""
    words = shlex.split(run.arguments)
    places = {number for number, word in enumerate(words) if word in PLACES or number and words[number - 1] in PLACES}
    return shlex.join(["lab/evaluate", *(word for number, word in enumerate(words) if number not in places)])


def _missing(run: Run) -> list[Section]:
    if not run.failures:
        return []
    return [Section("", "What could not be measured", [
        Paragraph("These measurements failed or took too long. What they had measured until then is part of the figures above."),
        Table("Failures", ["measurement", "why"], [[failure.step, failure.reason] for failure in run.failures], labels=2)])]


def _differences(run: Run) -> Section:
    return Section("", "How this differs from the paper's test bed", [Table("The two test beds", ["", "paper", "here"], [
        ["hosts", "three servers with two quad-core Xeons each, and one for the controller",
         f"network namespaces of one machine; {run.machine.get('cores', '?')} cores for all of them, the VMs and the controller together"],
        ["VMs", "virtual machines with a core and a kernel each", "network namespaces: no kernel and no virtual network card of their own"],
        ["switches", "Open vSwitch in the kernel", "Open vSwitch's userspace datapath, one process a hypervisor"],
        ["controller", "a module of POX, in Python, which asks OpenStack's database",
         "dcportald, in C++, with a store of its own which the lab fills through its API"],
        ["learning controller", "POX's L2 switch, in Python", "`ovs-testcontroller`, in C"],
        ["network", "1 Gbit/s network cards and two real switches", "virtual cables, shaped or not, and a Linux bridge for each switch"],
        ["modes", "reactive", "proactive, which is the default, and reactive"],
    ], labels=3)])


def _machine(run: Run) -> str:
    return f"{run.machine.get('cores', '?')} cores ({run.machine.get('processor', '?')})"


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
