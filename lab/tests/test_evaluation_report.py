"""Can everybody read the report, does it need nothing but itself, and does it show what was measured as it is? Needs no root."""

import random
import re
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from evaluation.configurations import CONFIGURATIONS, SHAPED
from evaluation.report import html, markdown, plots
from evaluation.report.compose import WAYS, compose, publish, write
from evaluation.report.document import Document, Figure, Paragraph, Section, Summary, Table, Verdict
from evaluation.run import Run
from evaluation.runner import Failure
from evaluation.samples import Samples
from fake_experiments import Fake, plot, sample, samples_of_all

VOID = {"meta", "br", "hr", "img", "link", "input"}
MOST_BYTES = 60_000
CLAIMS = (Verdict(True, "water is wet"), Verdict(False, "fire is <cold>"), Verdict(True, "earth is `round|flat`", fact=True))


class Page(HTMLParser):
    """What stands in a page; a tag that is not closed where it should be is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        assert "svg" in self.open, f"<{tag}/> is not HTML"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self) -> str:
        return " ".join(" ".join(data for tag, data in self.texts if tag != "style").split())


def run(**changes: object) -> Run:
    return Run(**{"date": "2026-01-02", "commit": "0123abcdef", "quick": False,
                  "arguments": "--only 4.9 --daemon '/home/me/a b' --output x", "machine": {"processor": "Z80 <fast>", "cores": "64"},
                  "seconds": 1234, "finished": True, **changes})


def document(**changes: object) -> Document:
    experiments = [Fake("one", "4.2.1", verdicts=CLAIMS), Fake("two", "4.2.1"), Fake("unmeasured", "4.5")]
    return compose(run(**changes), Samples(samples_of_all("one") + samples_of_all("two")), experiments)


@pytest.fixture
def page() -> Page:
    return Page(html.render(document(failures=[Failure("4.5 <step>", "it\nbroke")])))


def test_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    write(document(), tmp_path)
    text = (tmp_path / "index.html").read_text()
    assert not re.search(r"https?:|//[a-z]|@import|@font-face", text, re.I)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & {tag for tag, _ in page.elements}
    for _, attributes in page.elements:
        for key, value in attributes.items():
            assert not key.startswith("on") and key not in ("src", "srcset", "data", "background")
            assert not key.endswith("href") or value.startswith("#")
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))


def test_page_is_html_for_every_screen(page: Page) -> None:
    assert page.all("html") == [{"lang": "en-GB"}]
    assert page.all("meta") == [{"charset": "utf-8"}, {"name": "viewport", "content": "width=device-width, initial-scale=1"}]
    style = "".join(data for tag, data in page.texts if tag == "style")
    for needed in ("prefers-color-scheme: dark", "@media print", "overflow-x: auto", "tabular-nums", "svg { display: block; width: 100%"):
        assert needed in style
    assert {value for one in page.all("div") for value in [one.get("class")]} == {"scroll"}, "each table scrolls within its own box"
    assert len(page.all("div")) == len(page.all("table"))


def test_headings_are_in_order_and_contents_lead_to_them(page: Page) -> None:
    headings = [tag for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert headings[0] == "h1" and set(headings[1:]) == {"h2"}
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)), "no id twice, in plots neither"
    targets = {one["href"].removeprefix("#") for one in page.all("a")}
    assert targets <= set(ids)
    assert targets >= {one["id"] for one in page.all("section")}


def test_titles_and_numbers_of_the_papers_sections(page: Page) -> None:
    titles = [data for tag, data in page.texts if tag == "h2"]
    assert titles == ["Summary", "What was compared", "How it was measured", "4.2.1 Test of one", "4.2.1 Test of two",
                      "What could not be measured", "How this differs from the paper's test bed"]


def test_plots_speak(page: Page) -> None:
    ids = {attributes["id"]: tag for tag, attributes in page.elements if "id" in attributes}
    plots_shown = page.all("svg")
    assert len(plots_shown) == 2
    for shown in plots_shown:
        assert shown["role"] == "img" and "viewbox" in shown and "width" not in shown
        assert ids[shown["aria-labelledby"]] == "title" and ids[shown["aria-describedby"]] == "desc"
    assert ("title", "A plot of it & <more>") in page.texts and ("desc", 'Boxes [of it] & "more"') in page.texts


def test_tables_have_headings_and_figures_at_the_right() -> None:
    table = Table("of `it`", ["to", "who", "ms"], [["here", "we", "1.0"]], labels=2)
    page = Page(html.render(Document("T", [table], [])))
    assert [one.get("scope") for one in page.all("th")] == ["col", "col", "col", "row", "row"]
    assert page.all("td") == [{"class": "figure"}]
    assert page.all("div")[0]["tabindex"] == "0"
    words_only = Page(html.render(Document("T", [Table("of words", ["", "b"], [["x", "y"]], labels=2)], [])))
    assert [one.get("scope") for one in words_only.all("th")] == ["col", "row"]


def test_everything_is_escaped(page: Page) -> None:
    text = page.text()
    for literal in ("<b>no</b> markup & *stars*", "fire is <cold>", "Figures | of <it>", "<c>", "4.5 <step>", "it broke", "Z80 <fast>"):
        assert literal in text
    assert not {"b", "it", "c", "cold", "step", "fast"} & {tag for tag, _ in page.elements}
    assert ("code", "code|pipe") in page.texts


def test_titles_and_names_are_escaped() -> None:
    table = Table('of <b> & "so"', ["<b>", "x"], [["a", "b"]])
    page = Page(html.render(Document("T <b>", [], [Section("1", "of <b>", [table])])))
    assert {"T <b>", "1 of <b>", "<b>", 'of <b> & "so"'} <= {data for _, data in page.texts}
    assert page.all("div")[0]["aria-label"] == 'of <b> & "so"' and not page.all("b")


def test_summary_begins_with_what_does_not_hold() -> None:
    (summary,) = [block for block in document().blocks() if isinstance(block, Summary)]
    assert [verdict.text for _, verdict in summary.claims] == ["fire is <cold>", "earth is `round|flat`", "water is wet"]
    assert "2 of 3 claims hold" in Page(html.render(document())).text()
    assert len(document().verdicts()) == 3, "the summary does not count them twice"


@pytest.mark.parametrize(("claims", "words"), [
    (CLAIMS[:1], "1 of 1 claims hold"), (CLAIMS[1:2], "0 of 1 claims hold"), ((CLAIMS[0], CLAIMS[2]), "All 2 claims hold"),
    ((), "makes a claim"),
])
def test_claims_are_counted(claims: tuple[Verdict, ...], words: str) -> None:
    assert words in html.render(compose(run(), Samples(samples_of_all("one")), [Fake("one", verdicts=claims)]))


def test_it_says_what_was_compared_and_how(page: Page) -> None:
    text = page.text()
    for configuration in CONFIGURATIONS:
        assert configuration.title in text and WAYS[configuration.key].split("`")[0] in text
    assert f"Cables of {SHAPED.mbits} Mbit/s" in text and "Cables without a limit" not in text, "they were not measured"
    for needed in ("2026-01-02", "0123abcdef", "lab/evaluate --only 4.9", "32 values in 21 minutes", "one round", "a tenth", "64 cores"):
        assert needed in text
    assert "/home/me" not in text
    assert "32 values." in Page(html.render(document(seconds=0, finished=False))).text(), "how long one took that was killed is not known"
    assert "quick run" not in text and "stopped before its end" not in text


def test_it_says_what_the_figures_are_not_worth() -> None:
    assert "the figures mean little" in html.render(document(quick=True))
    assert "stopped before its end" in html.render(document(finished=False))


def test_a_run_of_nothing_is_a_report_too(tmp_path: Path) -> None:
    empty = compose(run(machine={}, arguments="", failures=[Failure("all", "of it")]), Samples(), [Fake()])
    write(empty, tmp_path)
    assert "What could not be measured" in Page((tmp_path / "index.html").read_text()).text()
    assert Run.load(save(tmp_path, run())).machine == run().machine


def save(folder: Path, kept: Run) -> Path:
    kept.save(folder)
    return folder


def test_run_reads_back(tmp_path: Path) -> None:
    kept = run(failures=[Failure("a", "b")])
    assert Run.load(save(tmp_path, kept)) == kept


def test_markdown_has_its_plots_beside_it(tmp_path: Path) -> None:
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots/of-an-earlier-run.svg").touch()
    write(document(), tmp_path)
    text = (tmp_path / "report.md").read_text()
    shown = re.findall(r"!\[(.*)\]\((.*)\)", text)
    assert shown == [(r'Boxes \[of it\] & "more"', "plots/one-plot.svg"), (r'Boxes \[of it\] & "more"', "plots/two-plot.svg")]
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == ["one-plot.svg", "two-plot.svg"]
    for path in (tmp_path / "plots").iterdir():
        assert ElementTree.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_markdown_tables_have_as_many_cells_as_columns(tmp_path: Path) -> None:
    text = markdown.render(document(failures=[Failure("a|b", "two\nlines")]), "plots")
    tables = re.findall(r"(?:^\|.*\n)+", text, re.M)
    assert len(tables) == 7
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table
    assert "| :-- | --: |" in text and r"| a\|b | 1.25 |" in text and r"| a\|b | two lines |" in text
    assert r"earth is `round\|flat`" in text and "earth is `round|flat`" in text, "in the table, and in its section"


def test_markdown_is_text_but_for_code() -> None:
    shown = markdown.render(Document("T", [Paragraph("2. is *no* list of `*p`, [x](y) <b> snake_case _so_ ``")], []), "plots")
    assert r"\2. is \*no\* list of `*p`, \[x\](y) \<b> snake_case \_so\_ ``" in shown.replace("2\\.", "\\2.")


def test_markdown_contents_lead_to_headings() -> None:
    text = markdown.render(document(), "plots")
    headings = re.findall(r"^## (.*)$", text, re.M)
    assert re.findall(r"^\* \[(.*)\]\(#(.*)\)$", text, re.M) == [(heading, github(heading)) for heading in headings]
    assert text.startswith("# ") and text.endswith("\n")


def github(heading: str) -> str:
    return "".join(letter for letter in heading.lower().replace(" ", "-") if letter.isalnum() or letter in "-_")


def test_anchors_are_githubs() -> None:
    assert Section("4.2.1", "ARP: who's there?", []).anchor() == "421-arp-whos-there"


def test_published_page_says_where_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / "doc/evaluation").mkdir(parents=True)
    (tmp_path / "doc/evaluation/old.svg").touch()
    assert publish(document(), run(), tmp_path / "doc") == tmp_path / "doc/evaluation.md"
    first, second, text = (tmp_path / "doc/evaluation.md").read_text().split("\n\n", 2)
    for needed in ("`lab/evaluate --publish doc`", "2026-01-02", "`0123abcdef`", "64 cores", "Z80"):
        assert needed in second
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert links and all((tmp_path / "doc" / link).exists() for link in links)
    assert len(list((tmp_path / "doc/evaluation").iterdir())) == 2


def test_two_figures_of_one_name_are_an_error(tmp_path: Path) -> None:
    figure = Figure("caption", "<svg/>", "alternative", "same")
    with pytest.raises(ValueError, match="same"):
        write(Document("T", [figure, figure], []), tmp_path)


def long_plot(name: str, points: int = 2000) -> str:
    """Every configuration in a panel of its own, three lines in each."""
    chance = random.Random(1)
    picture, axes = plots.canvas(2, 2, sharex=True)
    for axis, configuration in zip(axes, CONFIGURATIONS):
        for number, colour in zip((1, 2, 3), plots.PALETTE):
            rows = [sample(configuration.key, None if chance.random() < 0.05 else chance.lognormvariate(0, 1), place / 10, number)
                    for place in range(points)]
            plots.over_time(axis, Samples(rows), colour, "ms")
        plots.log_scale(axis)
        axis.set_title(configuration.title)
    plots.legend_of(picture, [("a", plots.PALETTE[0]), ("b", plots.PALETTE[1])], lost=True)
    return plots.svg(picture, name)


def test_long_series_are_small_files() -> None:
    text = long_plot("x")
    assert len(text) < MOST_BYTES
    assert text == long_plot("x"), "the same samples give the same file"


def test_ids_of_plots_do_not_clash() -> None:
    one, other = ({*re.findall(r' id="([^"]*)"', plot(name))} for name in ("one", "other"))
    assert one and not one & other
    assert set(re.findall(r'(?:url\(|href=")#([^)"]*)', plot("one"))) == one


@pytest.mark.parametrize(("least", "most", "numbers"), [
    (0.01, 15, "0.01 0.1 1 10"), (900, 20_000, "1,000 10,000"), (0.15, 3, "0.2 0.5 1 2"), (3.1, 5.9, "4 5"),
])
def test_log_scale_in_plain_numbers(least: float, most: float, numbers: str) -> None:
    picture, (axis,) = plots.canvas()
    axis.plot([7000, 8000], [least, most])
    plots.log_scale(axis)
    texts = re.findall(r"<text[^>]*>([^<]*)<", plots.svg(picture, "x"))
    assert set(numbers.split()) <= set(texts)
    assert not any("10^" in text or "e" in text for text in texts)


def test_lost_values_are_gaps_and_crosses() -> None:
    picture, (axis,) = plots.canvas()
    values = [1, 2, None, 4, None, 6, 7]
    plots.over_time(axis, Samples([sample(value=value, at=place) for place, value in enumerate(values)]), "#123456", "ms")
    line, alone, lost = axis.lines
    assert [str(value) for value in line.get_ydata()] == ["1.0", "2.0", "nan", "4.0", "nan", "6.0", "7.0"]
    assert (list(alone.get_xdata()), list(alone.get_ydata())) == ([3], [4]), "between two gaps a line would show nothing"
    assert list(lost.get_xdata()) == [2, 4] and lost.get_marker() == "x"


def test_repetitions_are_lines_of_their_own() -> None:
    picture, (axis,) = plots.canvas()
    plots.over_time(axis, Samples([sample(at=1, repetition=1), sample(at=0, repetition=2), sample(at=0, repetition=1)]), "#123456", "ms")
    assert [list(line.get_xdata()) for line in axis.lines if line.get_marker() == "None"] == [[0, 1], [0]]


def test_thinning_keeps_peaks_gaps_and_order() -> None:
    picture, (axis,) = plots.canvas()
    values = [1.0] * 20_000
    values[7777], values[11_111], values[15_000] = 99.0, -5.0, float("nan")
    axis.plot(range(20_000), values)
    axis.axhline(50)
    plots.svg(picture, "x")
    line, limit = axis.lines
    shown = list(line.get_ydata())
    assert (line.get_xdata()[0], line.get_xdata()[-1]) == (0, 19_999) and list(limit.get_ydata()) == [50, 50]
    assert len(shown) <= plots.MOST_POINTS + 2 and 99.0 in shown and -5.0 in shown and any(value != value for value in shown)
    assert list(line.get_xdata()) == sorted(line.get_xdata())


def test_markers_that_lie_upon_each_other_are_drawn_once() -> None:
    picture, (axis,) = plots.canvas()
    axis.plot([*range(5000), 0, 4999], [float("nan"), *[1.0] * 4999, -9.0, 9.0], ".")
    plots.svg(picture, "x")
    (line,) = axis.lines
    assert 20 < len(line.get_xdata()) <= plots.MOST_POINTS // plots.MARKER_POINTS and {-9.0, 9.0} <= set(line.get_ydata())


def test_few_points_are_left_as_they_are() -> None:
    picture, (axis,) = plots.canvas()
    axis.plot(range(50), range(50))
    axis.plot(range(50), range(50), "o")
    plots.svg(picture, "x")
    assert [len(line.get_xdata()) for line in axis.lines] == [50, 50]


def test_boxes_of_nothing() -> None:
    picture, (axis,) = plots.canvas()
    plots.boxes(axis, [("here", [(CONFIGURATIONS[0], Samples([sample(value=None)]))]), ("there", [])], "ms")
    plots.legend(picture, [])
    assert "here" in plots.svg(picture, "x")


def linear(colour: str) -> list[float]:
    parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


# Machado, Oliveira and Fernandes 2009, severity 1: what those without red or green cones see.
BLINDNESS = {"none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
             "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
             "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))}


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_colours_of_configurations_can_be_told_apart(blindness: str) -> None:
    assert set(plots.COLOURS) == {one.key for one in CONFIGURATIONS}
    seen = {key: [sum(weight * part for weight, part in zip(row, linear(colour))) for row in BLINDNESS[blindness]]
            for key, colour in plots.COLOURS.items()}
    for one, other in combinations(seen, 2):
        assert lab_distance(seen[one], seen[other]) > 20, (one, other)


def lab_distance(one: list[float], other: list[float]) -> float:
    """CIE 1976."""
    return sum((a - b) ** 2 for a, b in zip(cielab(one), cielab(other))) ** 0.5


def cielab(rgb: list[float]) -> list[float]:
    white = (0.9505, 1.0, 1.089)
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    x, y, z = (max(0.0, sum(weight * part for weight, part in zip(row, rgb)) / most) ** (1 / 3) for row, most in zip(rows, white))
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


@pytest.mark.parametrize("colour", [*plots.COLOURS.values(), *plots.PALETTE])
def test_colours_can_be_seen_on_white(colour: str) -> None:
    red, green, blue = linear(colour)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 2.7
