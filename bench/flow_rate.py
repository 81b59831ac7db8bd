#!/usr/bin/python3
"""Question: what do 1,000, 5,000 and 10,000 packets a second to ever other addresses cost the controller and the switches, in each mode?

Real Open vSwitch (userspace), two hosts. One VM sends to 12,000 addresses on the other host in turn. In reactive mode the flow of one has
mostly timed out when its turn comes again, and the controller decides and installs it at both ends: how often it did is shown. CPU in percent
of one core, over the middle of the run; `arrived` is what the receiving VMs got of what was sent. In proactive mode the controller has
nothing to do. Usage: flow_rate.py [BUILD_FOLDER]
"""
import os
import subprocess
import sys
import time
from ipaddress import IPv4Address, IPv4Network

import lab_bench  # first: it tells Python where the others are
import testbed
from dcplab import Lab, Network, Topology, Vm
from dcplab.topology import AddressPair

RATES = (1_000, 5_000, 10_000)
RECEIVERS, ADDRESSES = 60, 200  # each
SECONDS = 8
# Nobody shall be slowed down: the question is what the work costs.
SETTINGS = {"forwarding": {"idle_timeout_seconds": 1}, "protection": {"first_packets_per_second": 1_000_000}}

# argv: interface, packets a second, seconds, source MAC and IP, receivers, addresses of each.
SENDER = r"""
import socket, struct, sys, time
name, rate, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
mac, ip, receivers, addresses = bytes.fromhex(sys.argv[4]), socket.inet_aton(sys.argv[5]), int(sys.argv[6]), int(sys.argv[7])
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
wire.bind((name, 0))

def checksum(header):
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff

def frame(receiver, number):
    to = bytes([10, 1 + receiver, number // 250, 1 + number % 250])
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 46, 0, 0, 64, 17, 0, ip, to)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return bytes.fromhex("fa163e0001%02x" % receiver) + mac + b"\x08\x00" + head + struct.pack("!HHHH", 9, 9, 26, 0) + bytes(18)

frames = [frame(receiver, number) for number in range(addresses) for receiver in range(receivers)]
print("ready", flush=True)
begin, sent = time.monotonic(), 0
while (now := time.monotonic() - begin) < seconds:
    while sent < now * rate:
        wire.send(frames[sent % len(frames)])
        sent += 1
    time.sleep(0.001)
print(sent, flush=True)
"""


def make_topology() -> Topology:
    topology = Topology(f"r{os.getpid()}"[:12], ["hv1", "hv2"])
    topology.networks["net"] = Network("net", "tenant", IPv4Network("10.0.0.0/8"))
    topology.vms["s"] = Vm("s", "hv1", "net", IPv4Address("10.0.0.1"), "fa:16:3e:00:00:01")
    for receiver in range(RECEIVERS):
        addresses = [f"10.{1 + receiver}.{number // 250}.{1 + number % 250}" for number in range(ADDRESSES)]
        topology.vms[f"d{receiver}"] = Vm(f"d{receiver}", "hv2", "net", IPv4Address(addresses[0]), f"fa:16:3e:00:01:{receiver:02x}",
                                          allowed_address_pairs=tuple(AddressPair(ip) for ip in addresses[1:]))
    return topology


def cpu_seconds(lab: Lab) -> dict[str, float]:
    """By program, all of its kind together."""
    out: dict[str, float] = {}
    for process in lab.processes():
        name = next((name for name in ("dcportald", "ovs-vswitchd") if name in process.name), None)
        if name is None:
            continue
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        out[name] = out.get(name, 0) + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return out


def decisions(lab: Lab) -> int:
    return sum(lab.rpc("system.info", {})["decisions"].values())


def received(lab: Lab) -> int:
    return sum(int(lab.run(f"d{number}", ["cat", "/sys/class/net/eth0/statistics/rx_packets"]).stdout) for number in range(RECEIVERS))


def run(lab: Lab, mode: str, rate: int) -> None:
    sender = lab.topology.vms["s"]
    before = received(lab)
    process = lab.popen("s", [sys.executable, "-c", SENDER, "eth0", str(rate), str(SECONDS), sender.mac.replace(":", ""), str(sender.ip),
                              str(RECEIVERS), str(ADDRESSES)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(SECONDS / 4)
    begin, started, decided = time.monotonic(), cpu_seconds(lab), decisions(lab)
    time.sleep(SECONDS / 2)
    ended, seconds = cpu_seconds(lab), time.monotonic() - begin
    decided = decisions(lab) - decided
    sent = int(process.stdout.readline())
    process.wait()
    time.sleep(1)  # what is under way arrives
    load = ", ".join(f"{name} {(ended[name] - started[name]) / seconds * 100:.1f}%" for name in sorted(ended))
    print(f"{f'{mode}: {rate} packets/s to ever other addresses':<58} {decided / seconds:.0f} decisions/s; {load}; sent {sent / SECONDS:.0f}/s, arrived {(received(lab) - before) / sent * 100:.1f}%; "
          f"dcportald {lab_bench.memory(lab):.0f} MiB", flush=True)


if __name__ == "__main__":
    for each in ("reactive", "proactive"):
        settings = {section: dict(keys) for section, keys in SETTINGS.items()}
        settings["forwarding"]["mode"] = each
        with Lab(make_topology(), "dcportals", testbed.DAEMON, settings=settings) as the_lab:
            for each_rate in RATES:
                run(the_lab, each, each_rate)
