"""Echo requests, one after another, and how long each took: by fping, which tells every one of them. Used by several experiments."""

from dcplab import Lab, LabError


def fping(lab: Lab, source: str, destination: str, count: int, interval_seconds: float) -> list[float | None]:
    """Milliseconds of each round trip between two VMs, None for one that was lost."""
    target = str(lab.topology.vms[destination].ip)
    done = lab.run(source, ["fping", "-C", str(count), "-q", "-p", f"{interval_seconds * 1000:g}", "-t", "1000", target], check=False,
                   timeout=count * interval_seconds + 120)
    return parse(done.stderr, count)


def parse(words: str, count: int) -> list[float | None]:
    """fping's last line: an address and a time for each request."""
    times = words.strip().rpartition("\n")[2].partition(" : ")[2].split()
    if len(times) != count:
        raise LabError(f"fping says: {words.strip()}")
    return [None if time == "-" else float(time) for time in times]
