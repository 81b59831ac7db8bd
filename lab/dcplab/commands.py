"""Runs a short command to its end and keeps what it wrote. Used for OVS's tools and for commands inside namespaces."""

import subprocess
from collections.abc import Sequence

from .errors import CommandError


def run(command: Sequence[str], check: bool = True, timeout: float = 120, env: dict[str, str] | None = None,
        stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """`check` makes a failure a CommandError that quotes the command's own words."""
    try:
        done = subprocess.run(list(command), input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
                              capture_output=True, text=True, timeout=timeout, env=env, check=False)
    except FileNotFoundError as error:
        raise CommandError(command[0], 127, "no such program") from error
    except subprocess.TimeoutExpired as error:
        raise CommandError(" ".join(command), 124, f"not done after {timeout} s") from error
    if check and done.returncode:
        raise CommandError(" ".join(command), done.returncode, done.stderr or done.stdout)
    return done


def in_namespace(namespace: str, command: Sequence[str]) -> list[str]:
    """`ip netns exec` becomes the command itself, so the pid stays, and /sys shows the namespace's interfaces."""
    return ["/usr/sbin/ip", "netns", "exec", namespace, *command]
