"""Makes the SVG that matplotlib writes small, and fit to stand in one page with others: bytes in, the <svg> element out.

Coordinates lose digits that nobody sees, what is not referred to loses its id, and the ids that stay begin with the plot's name.
"""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
LONG_PATH = 400  # characters; from there a tenth of a unit is exact enough
WITHOUT_USE = {"metadata", "style"}
REFERENCE = re.compile(r"url\(#([^)]+)\)")
NUMBER = re.compile(r"-?\d+\.\d{2,}")

ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)


def tidy(text: str, name: str) -> str:
    """`text` is a whole SVG document. The element has no size of its own: whoever shows it gives it one."""
    root = ElementTree.fromstring(text)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib.update({"font-family": "sans-serif", "stroke-linejoin": "round"})
    ids = {old: f"{name}-{number}" for number, old in enumerate(_referred(root))}
    _tidy(root, ids)
    return ElementTree.tostring(root, encoding="unicode")


def _referred(root: Element) -> list[str]:
    found = []
    for element in root.iter():
        found += [element.attrib[HREF].removeprefix("#")] if HREF in element.attrib else []
        found += [match for value in element.attrib.values() for match in REFERENCE.findall(value)]
    return list(dict.fromkeys(found))


def _tidy(element: Element, ids: dict[str, str]) -> None:
    children = []
    for child in element:
        tag = child.tag.rpartition("}")[2]
        if tag not in WITHOUT_USE:
            _tidy(child, ids)
            plain_group = tag == "g" and not child.attrib
            children += list(child) if plain_group else [] if tag == "defs" and not len(child) else [child]
    element[:] = children
    _share_style(element)
    element.tail = None
    element.text = element.text.strip() or None if element.text else None
    _tidy_attributes(element, ids)


def _share_style(group: Element) -> None:
    """Of a line's markers, which all look alike."""
    styles = {child.get("style") for child in group}
    alike = len(styles) == 1 and None not in styles and {child.tag for child in group} == {f"{{{SVG}}}use"}
    if alike and len(group) > 1 and "style" not in group.attrib:
        group.set("style", styles.pop())
        for child in group:
            del child.attrib["style"]


def _tidy_attributes(element: Element, ids: dict[str, str]) -> None:
    attributes = element.attrib
    if (own := attributes.pop("id", None)) in ids:
        attributes["id"] = ids[own]
    for key, value in attributes.items():
        if key == HREF:
            attributes[key] = "#" + ids[value.removeprefix("#")]
        elif key == "style":
            attributes[key] = re.sub(r"font: ((?:\w+ )*[\d.]+px) [^;]*", r"font: \1 sans-serif", value)
        elif key != "id":
            value = REFERENCE.sub(lambda match: f"url(#{ids[match[1]]})", value)
            digits = 1 if len(value) > LONG_PATH else 2
            attributes[key] = " ".join(NUMBER.sub(lambda match: f"{float(match[0]):.{digits}f}", value).split())  # noqa: B023
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
