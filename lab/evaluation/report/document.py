"""What a report consists of, apart from how it is shown: sections of paragraphs, tables, figures and verdicts.

Experiments make these; html.py and markdown.py show them.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    text: str  # `code` in backquotes; nothing else is markup


@dataclass(frozen=True)
class Table:
    """Cells are texts. The first `labels` columns say what a row is; the others are figures."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    labels: int = 1


@dataclass(frozen=True)
class Figure:
    caption: str
    svg: str  # a whole <svg> element
    alternative: str  # what is to be seen, for those who do not see it
    name: str  # of a file


@dataclass(frozen=True)
class Verdict:
    """A claim, and whether it holds. A `fact` holds on every machine, and an evaluation in which it does not has failed; any other is a
    figure of this run."""

    holds: bool
    text: str
    fact: bool = False


Block = Paragraph | Table | Figure | Verdict


@dataclass(frozen=True)
class Section:
    number: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    title: str
    introduction: Sequence[Block]
    sections: Sequence[Section]

    def blocks(self) -> list[Block]:
        return [*self.introduction, *(block for section in self.sections for block in section.blocks)]

    def verdicts(self) -> list[Verdict]:
        return [block for block in self.blocks() if isinstance(block, Verdict)]
