"""Does the command do what its help says, with the right exit codes and data that programs can read?"""

import json
import os
import select
import subprocess
from pathlib import Path

from conftest import LAB_COMMAND, PAPER_TOPOLOGY, PATIENCE_SECONDS, leftovers


def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(LAB_COMMAND), *arguments], capture_output=True, text=True, timeout=300, check=False)


def test_a_lab_from_up_to_down(name: str, tmp_path: Path) -> None:
    up = lab("up", str(PAPER_TOPOLOGY), "--config", "ovs", "--name", name)
    try:
        assert up.returncode == 0 and f"Lab {name} is up" in up.stdout, up.stderr
        assert name in [entry["name"] for entry in json.loads(lab("list", "--json").stdout)]
        assert lab("exec", "--name", name, "vm1", "--", "sh", "-c", "exit 7").returncode == 7
        assert lab("exec", "--name", name, "vm1", "--", "fping", "-q", "-r", "30", "10.0.0.3").returncode == 0
        state = json.loads(lab("status", name, "--json").stdout)
        assert {"mac": "fa:16:3e:00:00:01", "port": "hv1"} in state["learned"]
        assert "uplink0" in lab("vsctl", "--name", name, "hv1", "--", "list-ports", "br-int").stdout
        assert "NORMAL" in lab("ofctl", "--name", name, "hv1", "--", "dump-flows", "br-int").stdout
        assert "fa:16:3e" in lab("appctl", "--name", name, "hv1", "--", "fdb/show", "br-int").stdout
        for table in (lab("status", name), lab("list")):
            assert table.returncode == 0 and "\x1b" not in table.stdout
            assert max(len(line) for line in table.stdout.splitlines()) <= 100
    finally:
        down = lab("down", name)
    assert down.returncode == 0
    assert leftovers(name) == []
    assert lab("down", name).returncode == 0


def test_capture_of_the_core_sees_each_frame_once(name: str, tmp_path: Path) -> None:
    assert lab("up", str(PAPER_TOPOLOGY), "--config", "ovs", "--name", name).returncode == 0
    try:
        file = tmp_path / "core.pcap"
        capture = subprocess.Popen([str(LAB_COMMAND), "capture", "--name", name, "core", "-c2", "-w", str(file), "icmp"],
                                   stderr=subprocess.PIPE, text=True)
        try:
            while "listening on" not in (line := capture.stderr.readline()):
                assert line, "tcpdump ended"
            assert lab("exec", "--name", name, "vm1", "--", "fping", "-q", "-r", "30", "10.0.0.3").returncode == 0
            assert "2 packets captured" in capture.communicate(timeout=PATIENCE_SECONDS)[1]
            assert file.stat().st_size > 24
        finally:
            capture.kill()
    finally:
        lab("down", name)


def test_a_dead_process_shows(name: str) -> None:
    assert lab("up", str(PAPER_TOPOLOGY), "--config", "ovs", "--name", name).returncode == 0
    try:
        pids = {process["name"]: process["pid"] for process in json.loads(lab("status", name, "--json").stdout)["processes"]}
        handle = os.pidfd_open(pids["hv2.ovs-vswitchd"])
        os.kill(pids["hv2.ovs-vswitchd"], 9)
        assert select.select([handle], [], [], PATIENCE_SECONDS)[0]
        status = lab("status", name)
        assert status.returncode == 1 and "dead" in status.stdout
        assert [entry["state"] for entry in json.loads(lab("list", "--json").stdout) if entry["name"] == name] == ["broken"]
    finally:
        lab("down", name)
    assert leftovers(name) == []


def test_wrong_usage_is_two_and_failure_is_one(tmp_path: Path) -> None:
    assert lab().returncode == 2
    assert lab("up").returncode == 2
    assert lab("up", str(PAPER_TOPOLOGY), "--config", "pigeons").returncode == 2
    assert lab("up", str(PAPER_TOPOLOGY), "--set", "mode").returncode == 2
    assert lab("up", str(tmp_path / "absent.yaml"), "--config", "ovs").returncode == 1
    absent = lab("status", "nosuchlab")
    assert absent.returncode == 1 and "there is no lab nosuchlab" in absent.stderr
    assert lab("--help").returncode == 0 and "examples:" in lab("--help").stdout
