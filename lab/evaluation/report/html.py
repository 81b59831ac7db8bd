"""The document as one HTML page that needs nothing else: readable on a phone, in the dark, on paper, and by a machine that reads it out."""

import html
import re
from collections.abc import Sequence
from itertools import groupby

from .document import Block, Document, Figure, Paragraph, Section, Summary, Table, Verdict

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #ffffff; --faint: #5f6368; --line: #d4d7dc; --shade: #f4f5f7; --link: #0b57a4;
  --good: #1a6b34; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e4e4; --paper: #16181b; --faint: #a2a8b0; --line: #3a3f45; --shade: #22262b;
  --link: #8ab8ee; --good: #7fcf98; --bad: #ff9a90 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 56rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word }
h1, h2 { line-height: 1.25; text-wrap: balance }
h1 { font-size: 1.6rem }
h2 { font-size: 1.25rem; margin-top: 2.5rem; padding-top: .5rem; border-top: 1px solid var(--line) }
p, ul { max-width: 44rem }
a { color: var(--link) }
nav ul { list-style: none; padding: 0 }
nav a { display: inline-block; padding: .2rem 0 }
code { font-size: .9em; background: var(--shade); padding: .1em .25em; border-radius: 3px }
figure { margin: 1.5rem 0 }
figcaption { color: var(--faint); font-size: .9rem; max-width: 44rem }
figure.plot svg { display: block; width: 100%; max-width: 38rem; height: auto; padding: .5rem; background: #ffffff;
  border: 1px solid var(--line); border-radius: 6px }
.plot figcaption { margin-top: .4rem }
.scroll { overflow-x: auto; margin-top: .3rem }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
thead th { vertical-align: bottom; background: var(--shade) }
tbody th { font-weight: normal; min-width: 6rem }
tbody th:first-child { position: sticky; left: 0; background: var(--paper) }
.figure { text-align: right; white-space: nowrap }
.verdicts { list-style: none; padding: 0 }
.verdicts li { margin: .3rem 0 }
.holds, .fails { font-weight: bold; white-space: nowrap }
.holds { color: var(--good) }
.fails { color: var(--bad) }
@media (max-width: 32rem) { figure.plot svg { padding: .2rem } th, td { padding: .25rem .4rem } tbody th { min-width: 5rem } }
@media print { body { max-width: none; padding: 0; font-size: 10pt } nav { display: none } h2 { break-after: avoid }
  figure, tr { break-inside: avoid } .scroll { overflow: visible } }
"""


def render(document: Document) -> str:
    return "\n".join([
        "<!DOCTYPE html>", '<html lang="en-GB">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">', f"<title>{html.escape(document.title)}</title>",
        f"<style>{STYLE}</style>", "</head>", "<body>", "<header>", f"<h1>{html.escape(document.title)}</h1>",
        *_blocks(document.introduction), "</header>", _contents(document.sections),
        "<main>", *map(_section, document.sections), "</main>", "</body>", "</html>", ""])


def _contents(sections: Sequence[Section]) -> str:
    entries = "".join(f'<li><a href="#{section.anchor()}">{html.escape(section.heading())}</a></li>\n' for section in sections)
    return f'<nav aria-label="Contents">\n<ul>\n{entries}</ul>\n</nav>'


def _section(section: Section) -> str:
    heading = f"<h2>{html.escape(section.heading())}</h2>"
    return "\n".join([f'<section id="{section.anchor()}">', heading, *_blocks(section.blocks), "</section>"])


def _blocks(blocks: Sequence[Block]) -> list[str]:
    """Verdicts that follow each other are one list."""
    shown = []
    for verdicts, group in groupby(blocks, lambda block: isinstance(block, Verdict)):
        if verdicts:
            shown.append('<ul class="verdicts">\n' + "".join(f"<li>{_holds(one)}: {_inline(one.text)}</li>\n" for one in group) + "</ul>")
        else:
            shown += map(_block, group)
    return shown


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{_inline(text)}</p>"
        case Table(caption, header, rows, labels):
            cells = [[_cell(text, number, len(header), labels) for number, text in enumerate(row)] for row in rows]
            return _table(caption, header, cells, labels)
        case Summary(claims):
            rows = [[f"<td>{_holds(verdict)}</td>", f"<td>{_link(section)}</td>", f"<td>{_inline(verdict.text)}</td>"]
                    for section, verdict in claims]
            return _table("What holds, and what does not", ["", "section", "claim"], rows, 3)
        case Figure():
            return _figure(block)
        case _:
            raise TypeError(block)


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]], labels: int) -> str:
    """`rows` are of ready cells. A caption stays in place when a wide table is scrolled within its box."""
    head = "".join(f'<th scope="col"{_class(number < labels)}>{_inline(text)}</th>' if text else "<td></td>"
                   for number, text in enumerate(header))
    body = "".join(f"<tr>{''.join(row)}</tr>\n" for row in rows)
    top = f"<thead><tr>{head}</tr></thead>\n" if any(header) else ""
    return (f'<figure>\n<figcaption>{_inline(caption)}</figcaption>\n<div class="scroll" role="region" tabindex="0" '
            f'aria-label="{html.escape(caption)}">\n<table>\n{top}<tbody>\n{body}</tbody>\n</table>\n</div>\n</figure>')


def _cell(text: str, number: int, columns: int, labels: int) -> str:
    """Labels head their row; in a table without figures only the first one does."""
    if number >= labels:
        return f'<td class="figure">{_inline(text)}</td>'
    return f'<th scope="row">{_inline(text)}</th>' if number == 0 or labels < columns else f"<td>{_inline(text)}</td>"


def _class(label: bool) -> str:
    return "" if label else ' class="figure"'


def _link(section: Section) -> str:
    return f'<a href="#{section.anchor()}">{html.escape(section.number or section.title)}</a>'


def _figure(figure: Figure) -> str:
    """The name spaces that an SVG file has to name are known in HTML."""
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", figure.svg)
    title, description = f"{figure.name}-title", f"{figure.name}-description"
    svg = re.sub(r"^<svg([^>]*)>", lambda match: (
        f'<svg{match[1]} role="img" aria-labelledby="{title}" aria-describedby="{description}"><title id="{title}">'
        f'{html.escape(_plain(figure.caption))}</title><desc id="{description}">{html.escape(_plain(figure.alternative))}</desc>'), svg)
    return f'<figure class="plot">\n{svg}\n<figcaption>{_inline(figure.caption)}</figcaption>\n</figure>'


def _holds(verdict: Verdict) -> str:
    word = '<span class="holds">holds</span>' if verdict.holds else '<span class="fails">does not hold</span>'
    return f"{word} (must)" if verdict.fact else word


def _inline(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))


def _plain(text: str) -> str:
    return text.replace("`", "")
