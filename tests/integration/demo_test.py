"""Does `lab demo` show a newcomer the paper's section 4.4 on the real daemon, quickly and with a clear verdict?"""

import json
import subprocess
import time

import testbed

LAB = testbed.ROOT / "lab/lab"
SECONDS = 60


def demo(*arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    start = time.monotonic()
    done = subprocess.run([str(LAB), "demo", "--name", testbed.fresh_name(), "--daemon", testbed.DAEMON, *arguments],
                          capture_output=True, text=True, timeout=3 * SECONDS, check=False)
    return done, time.monotonic() - start


def test_demo_passes() -> None:
    done, seconds = demo("--config", "dcportals")
    print(f"{seconds:.1f} s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("PASS") == 6 and "FAIL" not in done.stdout
    for heading in ("Who received the echo requests", "What the physical switch learned", "Figure 7", "On the wire"):
        assert heading in done.stdout
    assert seconds < SECONDS


def test_without_dcportals_there_is_no_isolation() -> None:
    """The same experiment on plain Open vSwitch: the demo tells the two apart."""
    done, _ = demo("--config", "ovs", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert result["wire"]["revealing"] == result["wire"]["examined"] > 0
