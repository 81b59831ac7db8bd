"""Documents say what the code does: generated pages are as printed, and links in them lead somewhere."""
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("DCPORTALS_BUILD", ROOT / "build" / "dev"))


def pages() -> list[Path]:
    return [page for places in ("*.md", "doc/*.md", "lab/**/*.md", "tests/**/*.md", "openstack/**/*.md") for page in ROOT.glob(places)]


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


def test_files_that_are_named_exist():
    """`folder/file.ending` in a page is relative to the tree, to src/, or to the page."""
    elsewhere = {"raw/samples.csv", "raw/run.json", "./stack.sh"}  # of an evaluation's report, and of devstack
    missing = []
    for page in pages():
        for name in set(re.findall(r"`([\w.-]+(?:/[\w.-]+)*/[\w-]+\.\w+)`", page.read_text())) - elsewhere:
            if not any((folder / name).exists() for folder in (ROOT, ROOT / "src", page.parent, page.parent / page.parent.name)):
                missing.append(f"{page.relative_to(ROOT)} names {name}")
    assert not missing, missing


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_what_the_openstack_page_names_exists():
    """Configuration keys, the driver's options, and what logs say."""
    page = (ROOT / "doc" / "openstack.md").read_text()
    (toml,) = re.findall(r"```toml\n(.*?)```", page, re.S)
    sample = keys_of((ROOT / "etc" / "dcportald.toml").read_text())
    assert keys_of(toml) - {"fabric.physical_networks.public"} <= sample
    driver = ROOT / "openstack" / "networking_dcportals" / "networking_dcportals"
    options = set(re.findall(r"Opt\('(\w+)'", (driver / "config.py").read_text()))
    (section,) = re.findall(r"\[ml2_dcportals\]\n(.*?)```", page, re.S)
    assert {line.split(" =")[0] for line in section.splitlines()} <= options
    sources = "".join(file.read_text() for pattern in ("src/*/*.cc", "openstack/**/*.py") for file in ROOT.glob(pattern))
    named = set(re.findall(r"event=\w+", page))
    assert not {event for event in named if event not in sources and f'"{event[6:]}"' not in sources}
    logged = r"LOG\.(?:warning|error|exception)\(\s*'[^']*?(event=\w+)"
    troubles = {event for file in driver.glob("*.py") for event in re.findall(logged, file.read_text())}
    assert troubles and troubles <= named, "what an operator may find in Neutron's log is explained"


def test_modules_of_the_log_are_those_that_write():
    sources = "".join(file.read_text() for file in ROOT.glob("src/*/*.cc"))
    writing = set(re.findall(r'\b(?:log|clone)\("(\w+)"\)', sources))
    (accepted,) = re.findall(r"kModules\{(.*)\};", sources)
    (told,) = re.findall(r"# Levels of single modules: (.*)\.", (ROOT / "etc" / "dcportald.toml").read_text())
    assert writing == set(re.findall(r'"(\w+)"', accepted)) == set(re.findall(r"\w+", re.sub(r"\(.*?\)", "", told)))


def keys_of(toml: str) -> set[str]:
    section, keys = "", set()
    for line in toml.splitlines():
        if found := re.match(r"\[(.+)\]", line):
            section = found[1]
        elif found := re.match(r"(\w+) =", line):
            keys.add(f"{section}.{found[1]}")
    return keys
