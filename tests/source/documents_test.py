"""Documents say what the code does: generated pages are as printed, and links in them lead somewhere."""
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("DCPORTALS_BUILD", ROOT / "build" / "dev"))


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *ROOT.glob("doc/*.md"), *ROOT.glob("lab/*.md")]


def test_pipeline_page_is_the_print():
    printed = subprocess.run([BUILD / "src/ctl/dcportalctl", "pipeline", "--md"], check=True, capture_output=True, text=True).stdout
    assert (ROOT / "doc" / "pipeline.md").read_text() == printed, "run: make docs"


def test_links_lead_somewhere():
    broken = []
    for page in pages():
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert not broken, broken


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()):
        assert re.search(rf"^{target}:", makefile, re.M), target
