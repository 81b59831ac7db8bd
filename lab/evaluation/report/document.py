"""What a report consists of, apart from how it is shown: sections of paragraphs, tables, figures and verdicts.

Experiments make these; html.py and markdown.py show them.
"""

import re
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


@dataclass(frozen=True)
class Summary:
    """What was claimed in which section, all together."""

    claims: Sequence[tuple["Section", Verdict]]


Block = Paragraph | Table | Figure | Verdict | Summary


@dataclass(frozen=True)
class Section:
    number: str  # the paper's; empty where the paper has none
    title: str
    blocks: Sequence[Block]

    def heading(self) -> str:
        return f"{self.number} {self.title}".strip()

    def anchor(self) -> str:
        """As GitHub and GitLab make it from the heading."""
        return re.sub(r"[^\w -]", "", self.heading().lower()).strip().replace(" ", "-")

    def verdicts(self) -> list[Verdict]:
        return [block for block in self.blocks if isinstance(block, Verdict)]


@dataclass(frozen=True)
class Document:
    title: str
    introduction: Sequence[Block]
    sections: Sequence[Section]

    def blocks(self) -> list[Block]:
        return [*self.introduction, *(block for section in self.sections for block in section.blocks)]

    def verdicts(self) -> list[Verdict]:
        return [block for block in self.blocks() if isinstance(block, Verdict)]

    def figures(self) -> list[Figure]:
        """ValueError: two have one name, and so one file and the same ids."""
        found = [block for block in self.blocks() if isinstance(block, Figure)]
        names = [figure.name for figure in found]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"figures of the same name: {', '.join(sorted(twice))}")
        return found
