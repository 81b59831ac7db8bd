"""The document as Markdown as GitHub and GitLab show it, its plots as SVG files in a folder beside it."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from .document import Block, Document, Figure, Paragraph, Section, Summary, Table, Verdict


def write(document: Document, path: Path, plots: Path) -> None:
    """`plots`: a folder below that of `path`; plots of an earlier document are removed from it."""
    plots.mkdir(parents=True, exist_ok=True)
    for old in plots.glob("*.svg"):
        old.unlink()
    for figure in document.figures():
        (plots / f"{figure.name}.svg").write_text(figure.svg + "\n", encoding="utf-8")
    path.write_text(render(document, plots.relative_to(path.parent).as_posix()), encoding="utf-8")


def render(document: Document, plots: str) -> str:
    contents = "\n".join(f"* [{_text(section.heading())}](#{section.anchor()})" for section in document.sections)
    parts = [f"# {_text(document.title)}", *_blocks(document.introduction, plots), contents]
    for section in document.sections:
        parts += [f"## {_text(section.heading())}", *_blocks(section.blocks, plots)]
    return "\n\n".join(parts) + "\n"


def _blocks(blocks: Sequence[Block], plots: str) -> list[str]:
    """Verdicts that follow each other are one list."""
    shown = []
    for verdicts, group in groupby(blocks, lambda block: isinstance(block, Verdict)):
        if verdicts:
            shown.append("\n".join(f"* {_holds(one)}: {_text(one.text)}" for one in group))
        else:
            shown += [_block(block, plots) for block in group]
    return shown


def _block(block: Block, plots: str) -> str:
    match block:
        case Paragraph(text):
            return re.sub(r"^([-+#>]|\d+[.)](?= ))", r"\\\1", _text(text))  # would begin a list, a heading or a quotation
        case Table(caption, header, rows, labels):
            return _table(caption, header, [[_cell(cell) for cell in row] for row in rows], labels)
        case Summary(claims):
            return _table("What holds, and what does not", ["", "section", "claim"],
                          [[_holds(verdict), _link(section), _cell(verdict.text)] for section, verdict in claims], 3)
        case Figure(caption, _, alternative, name):
            return f"![{_text(alternative)}]({plots}/{name}.svg)\n\n{_text(caption)}"
        case _:
            raise TypeError(block)


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]], labels: int) -> str:
    """`rows` are of ready cells. Figures stand at the right."""
    lines = [[_cell(text) for text in header], [":--" if number < labels else "--:" for number in range(len(header))], *rows]
    return "\n".join([f"**{_text(caption)}**", "", *("| " + " | ".join(line) + " |" for line in lines)])


def _link(section: Section) -> str:
    return f"[{_cell(section.number or section.title)}](#{section.anchor()})"


def _holds(verdict: Verdict) -> str:
    return ("holds" if verdict.holds else "**does not hold**") + (" (must)" if verdict.fact else "")


def _cell(text: str) -> str:
    return _text(" ".join(text.split())).replace("|", r"\|")


def _text(text: str) -> str:
    """Nothing but `code` is markup."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") and part.endswith("`") and len(part) > 1 else
                   re.sub(r"([\\*\[\]<`]|(?<!\w)_|_(?!\w))", r"\\\1", part) for part in parts)
