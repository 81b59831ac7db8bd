"""The document as one HTML page that needs nothing else, readable on a phone and in the dark."""

import html
import re

from .document import Block, Document, Figure, Paragraph, Table, Verdict


def render(document: Document) -> str:
    return "".join(["<!doctype html><meta charset=utf-8>", f"<title>{html.escape(document.title)}</title>",
                    *map(_block, document.blocks())])


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{_inline(text)}</p>"
        case Table(caption, header, rows):
            return f"<table><caption>{_inline(caption)}</caption>" + "".join(
                "<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>" for row in [header, *rows]) + "</table>"
        case Figure(caption, svg):
            return f"<figure>{svg}<figcaption>{_inline(caption)}</figcaption></figure>"
        case Verdict(holds, text):
            return f"<p>{'holds' if holds else 'does not hold'}: {_inline(text)}</p>"


def _inline(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))
