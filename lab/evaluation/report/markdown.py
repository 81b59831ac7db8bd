"""The document as Markdown, its plots as SVG files beside it."""

from pathlib import Path

from .document import Block, Document, Figure, Paragraph, Table, Verdict


def write(document: Document, path: Path) -> None:
    path.write_text("\n\n".join([f"# {document.title}", *(_block(block) for block in document.blocks())]) + "\n", encoding="utf-8")


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return text
        case Table(caption, header, rows):
            return "\n".join([caption, "", *("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows])])
        case Figure(caption, _, alternative, name):
            return f"![{alternative}]({name}.svg)\n\n{caption}"
        case Verdict(holds, text):
            return f"* {'holds' if holds else '**does not hold**'}: {text}"
