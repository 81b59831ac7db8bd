#!/usr/bin/python3
"""Question: in reactive mode, what do a VM's scan of 10,000 addresses and its flood of 50,000 packets/s cost another VM, and the controller?

a1 floods; a3 on the same switch asks for MACs and sends first packets to a2 on another host, one after the other. Its latencies without
and with the flood stand side by side, with the flows of the flooded switch and the controller's memory. Everything is on one machine, so
the switch itself (userspace, with its upcalls) is part of what is seen: plain switches under the same flood are the last line.
Usage: flood_bench.py [BUILD_FOLDER]
"""
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import lab_bench  # first: it tells Python where the others are
import craft
import testbed
from dcplab import Lab
from forwarding import own, unicast
from prediction import Prediction

TRIES = 60
SCANNED = 10_000
PACKETS_A_SECOND = 50_000

# argv: interface, frames a second, addresses, the source MAC and IP. For each address an ARP request and a UDP packet, at that rate.
FLOOD = r"""
import random, socket, struct, sys, time
name, rate, count, mac, ip = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), bytes.fromhex(sys.argv[4]), socket.inet_aton(sys.argv[5])
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
wire.bind((name, 0))
rng = random.Random(1)

def checksum(header):
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff

def frames(target):
    yield b"\xff" * 6 + mac + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + mac + ip + bytes(6) + target
    head = struct.pack("!BBHHHBBH", 0x45, 0, 46, 0, 0, 64, 17, 0) + ip + target
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    yield b"\x02\x00" + target + mac + b"\x08\x00" + head + struct.pack("!HHHH", 1000, 9, 26, 0) + bytes(18)

all_frames = [frame for _ in range(count) for frame in frames(bytes([10, 0]) + rng.randbytes(2))]
print("ready", flush=True)
begin, sent = time.monotonic(), 0
while True:
    due = min(int((time.monotonic() - begin) * rate), sent + 2000)
    for number in range(sent, due):
        wire.send(all_frames[number % len(all_frames)])
    sent = max(sent, due)
    if sent - rate * (time.monotonic() - begin) > 0 or due == sent:
        time.sleep(0.0005)
"""


@contextmanager
def flooding(lab: Lab, rate: int) -> Iterator[None]:
    mac, ip = own(1)
    command = [sys.executable, "-c", FLOOD, "eth0", str(rate), str(SCANNED), mac.replace(":", ""), ip]
    flood = lab.popen("a1", command, stdout=subprocess.PIPE, text=True)
    try:
        assert flood.stdout.readline() == "ready\n"
        begin, before = time.monotonic(), sent_by(lab)
        time.sleep(1)  # the flood is to be under way
        yield
        print(f"    {(sent_by(lab) - before) / (time.monotonic() - begin):.0f} packets/s came to the switch")
    finally:
        flood.send_signal(signal.SIGTERM)
        flood.wait()


def sent_by(lab: Lab) -> int:
    return int(lab.run("a1", ["cat", "/sys/class/net/eth0/statistics/tx_packets"]).stdout)


def latencies(lab: Lab, kind: str) -> tuple[str, str]:
    prediction = Prediction.of(lab.topology)
    request = craft.arp_for(prediction, "a3", "a2")
    (answer,) = prediction.of_frame("a3", request)
    key = testbed.key_of(lab, "a3") if kind != "plain OVS" else None
    firsts, arps = [], []
    with lab.capture("a3") as at_a3, lab.capture("a2") as at_a2:
        for number in range(TRIES):
            if kind == "reactive":
                lab_bench.forget_flows(lab, key)
            firsts.append(lab_bench.latency(at_a3, at_a2, lab, "a3", unicast(3, 2, f"first {kind} {time.time()} {number}")))
            if kind != "plain OVS":
                with lab.capture("a3") as asked:
                    arps.append(lab_bench.latency(asked, asked, lab, "a3", request, answer.frame))
    return lab_bench.summary(firsts), lab_bench.summary(arps) if arps else "-"


def measure(kind: str) -> None:
    with lab_bench.fabric(kind) as lab:
        testbed.mute(lab)
        for what, flood in ((f"{kind}: no flood", nullcontext()),
                            (f"{kind}: scan of {SCANNED} addresses, 2,000 packets/s", flooding(lab, 2_000)),
                            (f"{kind}: flood of {PACKETS_A_SECOND} packets/s", flooding(lab, PACKETS_A_SECOND)),
                            (f"{kind}: afterwards", nullcontext())):
            with flood:
                first, arp = latencies(lab, kind)
                flows = len(lab.flows("hv1"))
                size = f"; {flows} flows at hv1; dcportald {lab_bench.memory(lab):.0f} MiB" if kind != "plain OVS" else ""
            print(f"{what:<58} first packet {first}; ARP {arp}{size}", flush=True)


if __name__ == "__main__":
    for each in ("reactive", "proactive", "plain OVS"):
        measure(each)
