"""How a run becomes a document: what is the same for every experiment, and each experiment's own words."""

from collections.abc import Sequence
from pathlib import Path

from ..measurement import Experiment, Results
from ..run import Run
from ..samples import Samples
from . import html, markdown
from .document import Block, Document, Paragraph, Section, Table


def compose(run: Run, samples: Samples, experiments: Sequence[Experiment]) -> Document:
    """Of the experiments that were measured."""
    sections = []
    for experiment in experiments:
        own = samples.of(experiment=experiment.key)
        if len(own):
            sections.append(Section(experiment.section, experiment.title, experiment.describe(Results(own, run.quick))))
    return Document("The paper's evaluation, on this machine", _introduction(run), sections)


def write(document: Document, folder: Path) -> None:
    """index.html, which needs nothing else; report.md, with its plots beside it."""
    (folder / "index.html").write_text(html.render(document), encoding="utf-8")
    markdown.write(document, folder / "report.md")


def _introduction(run: Run) -> list[Block]:
    return [Paragraph(f"Measured on {run.date}, commit `{run.commit}`."), Table("The machine", ["", ""], list(run.machine.items()))]
