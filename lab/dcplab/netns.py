"""Network namespaces: names, life, and entering one.

A namespace belongs to the calling *thread*: `entered` moves this thread in and back out. Sockets and netlink handles made
inside stay in that namespace for life, and a child process starts in it, so nothing needs a helper process.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyroute2.netns

from .errors import LabError

DIRECTORY = Path(pyroute2.netns.NETNS_RUN_DIR)
PREFIX = "dcp-"


def name_of(lab: str, place: str) -> str:
    return f"{PREFIX}{lab}-{place}"


def of_lab(lab: str) -> list[str]:
    """All namespaces that this lab ever made and nobody removed."""
    return sorted(name for name in pyroute2.netns.listnetns() if name.startswith(name_of(lab, "")))


def labs_with_namespaces() -> set[str]:
    names = (name for name in pyroute2.netns.listnetns() if name.startswith(PREFIX))
    return {name.split("-")[1] for name in names}


def create(name: str) -> None:
    """A namespace in which nothing is sent unless a test sends it: no IPv6, so no router or neighbour chatter."""
    pyroute2.netns.create(name)
    sysctl(name, "net/ipv6/conf/all/disable_ipv6", "1")
    sysctl(name, "net/ipv6/conf/default/disable_ipv6", "1")


def remove(name: str) -> None:
    pyroute2.netns.remove(name)


@contextmanager
def entered(name: str) -> Iterator[None]:
    """This thread is in the namespace `name` for the length of the block."""
    try:
        there = os.open(DIRECTORY / name, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise LabError(f"there is no namespace {name}") from error
    back = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        pyroute2.netns.setns(there)
        try:
            yield
        finally:
            pyroute2.netns.setns(back)
    finally:
        os.close(there)
        os.close(back)


def sysctl(name: str, key: str, value: str) -> None:
    """Set a `net/...` key in the namespace. A kernel without IPv6 or bridge filters has no such keys, and no need of them."""
    path = Path("/proc/sys") / key
    with entered(name):
        if path.exists() or not key.startswith(("net/ipv6/", "net/bridge/")):
            path.write_text(value, encoding="ascii")
