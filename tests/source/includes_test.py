"""The module law of doc/architecture.md: what a module includes is what its CMakeLists.txt links, and the links have no cycle."""
import re
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
PURE = {"base", "packet", "openflow", "topology", "pipeline", "flowtable", "emulator", "flowgen", "decision", "controller", "status"}
IMPURE_HEADERS = re.compile(r"#include <(boost/asio|sys/socket|netinet|spdlog|soci|sqlite3|thread|mutex|fstream|iostream)")


def declared() -> dict[str, set[str]]:
    uses: dict[str, set[str]] = {}
    for file in SRC.glob("*/CMakeLists.txt"):
        for call in re.findall(r"dcportals_module\((.*?)\)\n", file.read_text() + "\n", re.S):
            name = re.search(r"NAME (\w+)", call).group(1)
            found = re.search(r"\bUSES ([\w\s]*?)(?:\n\s*(?:LIBS|TEST_USES|TESTS|SOURCES)|$)", call)
            uses[name] = set(found.group(1).split()) if found else set()
    return uses


def closure(uses: dict[str, set[str]], name: str, path: tuple[str, ...] = ()) -> set[str]:
    assert name not in path, f"modules use each other in a circle: {' -> '.join((*path, name))}"
    out = {name}
    for used in uses.get(name, set()):
        out |= closure(uses, used, (*path, name))
    return out


def sources(module: str) -> list[Path]:
    """The module's own files: neither what its CMakeLists.txt lists as tests, nor headers that only tests include."""
    lists = (SRC / module / "CMakeLists.txt").read_text()
    tests = {name for part in re.findall(r"\bTESTS ([\w\s./]*)", lists) for name in part.split()}
    fakes = {name for call in re.findall(r"NAME \w+_fake\b(.*?)\)", lists, re.S) for name in re.findall(r"\w+\.cc", call)}
    product = [file for file in (SRC / module).glob("*.cc") if file.name not in tests | fakes]
    included = {name for file in product for name in re.findall(rf'#include "{module}/(\w+\.h)"', file.read_text())}
    return [*product, *(file for file in (SRC / module).glob("*.h") if file.name in included)]


def test_modules_are_found():
    assert {"base", "openflow", "topology", "controller"} <= declared().keys()


def test_links_have_no_cycle():
    uses = declared()
    for module in uses:
        closure(uses, module)


def test_documented_links_are_the_links():
    """The table of doc/architecture.md names what a module may use, and with it all that these use; `all` is said of the daemon."""
    uses = declared()
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\w, ]*)\|", (SRC.parent / "doc" / "architecture.md").read_text(), re.M))
    documented = {name: {word for word in re.findall(r"\w+", words)} for name, words in rows.items()}
    assert documented.keys() - {"asio"} == {name for name in uses if (SRC / name).is_dir()} - {"asio"}
    assert documented.pop("daemon") == {"all"}
    assert {name: closure(documented, name) for name in documented} == {name: closure(uses, name) for name in documented}


def test_includes_stay_within_links():
    uses = declared()
    broken = []
    for module in uses:
        if not (SRC / module).is_dir():
            continue
        allowed = closure(uses, module)
        extra = {"asio"}
        for file in sources(module):
            for other in re.findall(r'#include "(\w+)/', file.read_text()):
                if other not in allowed | extra:
                    broken.append(f"{file.relative_to(SRC)} includes {other}/, which {module} does not link")
    assert not broken, "\n".join(broken)


def test_pure_modules_know_no_socket_clock_thread_or_logger():
    broken = [str(file.relative_to(SRC)) for module in PURE for file in sources(module)
              if IMPURE_HEADERS.search(file.read_text())]
    assert not broken, broken


def test_boost_asio_stays_out_of_headers():
    broken = [str(file.relative_to(SRC)) for file in SRC.glob("*/*.h")
              if re.search(r"#include <boost/(asio|beast)\.hpp>", file.read_text())]
    assert not broken, broken
