"""What the report says of section 4.2.1: latency over time, the medians, and what the attacks put on the physical network."""

from ..configurations import L2, OVS, PROACTIVE, REACTIVE, Configuration, Links
from ..measurement import Results
from ..report import plots
from ..report.document import Block, Figure, Paragraph, Table, Verdict
from .words import CELLS, cells, listed, median, ms, times

NORMAL, LOCAL, REMOTE, ISOLATED = "normal", "attack on the local network", "attack on a remote network", "attack on an isolated network"
CASES = {NORMAL: "#333333", LOCAL: "#d95f02", REMOTE: "#7570b3", ISOLATED: "#1b9e77"}
ATTACKS = (LOCAL, REMOTE, ISOLATED)
ANSWER, SENT, CROSSED, SECONDS = "ARP answer", "flood sent", "flood on the data switch", "flood lasted"
ALIKE = 2  # under attack the median is at most so many times that in peace
PAPER = {
    "DCPortalsNG": "similar response times in every type of test; the attack on an isolated network does not reach the physical network",
    "POX + L2": "suffers from flood attacks in every case; the worst performance during the attacks",
    "OvS": "the best results; but all switches and network connections are overloaded during the attacks",
}


def describe(results: Results) -> list[Block]:
    blocks: list[Block] = [Paragraph(
        "VM1 clears its ARP table and pings VM2 of the same network on another host (`ip neigh flush all`, `ping -c 1 VM2`), every 0.1 s. "
        "`tcpdump -ni eth0 arp` in VM1 says when the request left and when the answer came. It does so in peace, and while another VM runs "
        "`ping -b -f` to its network's broadcast address: VM3 in VM1's network, VM5 in a network that has one more VM on another host, VM4 "
        "which is alone in its network and on VM1's host. All VMs answer broadcast echo, the attacker's own stack too, so that `ping -f` "
        "sends as fast as one processor can; with answers turned off it would send 100 packets/s, as the paper has it. Three hosts. "
        "What of a flood crosses the data switch is counted there by its payload, answers included. A try counts as lost when no answer "
        "came in 1 s."),
        Paragraph("The paper shows these latencies as pictures only (figures 10 to 12), so there are no figures to put beside ours, only "
                  "its words.")]
    for links in results.links():
        blocks += _of_links(results, links)
    return blocks


def _of_links(results: Results, links: Links) -> list[Block]:
    configurations = results.configurations()
    answers = [[one.title, case, *cells(results.of(one, links, case, ANSWER))] for one in configurations for case in CASES
               if len(results.of(one, links, case, ANSWER))]
    return [
        Table(f"From ARP request to answer, {links.title}; ms", ["configuration", "situation", *CELLS], answers, labels=2),
        _figure(results, links),
        Paragraph(_compared(results, links)),
        Table(f"The paper's words beside ours, {links.title}", ["configuration", "the paper", "here"],
              [[one.title, PAPER[one.paper], _seen(results, links, one)] for one in configurations], labels=3),
        *_attacks(results, links), *verdicts(results, links)]


# Latency

def _medians(results: Results, links: Links, configuration: Configuration) -> dict[str, float]:
    """Of the situations in which anything came."""
    found = {case: median(results.of(configuration, links, case, ANSWER)) for case in CASES}
    return {case: value for case, value in found.items() if value is not None}


def _seen(results: Results, links: Links, configuration: Configuration) -> str:
    medians = _medians(results, links, configuration)
    attacked = {case: value for case, value in medians.items() if case != NORMAL}
    parts = []
    if NORMAL in medians and attacked:
        parts.append(f"median {ms(medians[NORMAL])} ms in peace; " + listed(
            [f"{times(value, medians[NORMAL])} that under {case}" for case, value in attacked.items()]))
    lost = sum(results.of(configuration, links, case, ANSWER).lost() for case in CASES)
    tries = sum(len(results.of(configuration, links, case, ANSWER)) for case in CASES)
    parts.append(f"{lost} of {tries} tries lost" if lost else "no try lost" if tries else "not measured")
    return "; ".join(parts)


def _compared(results: Results, links: Links) -> str:
    """Who is quickest and who slowest, in peace and under attack."""
    sentences = []
    for case in CASES:
        medians = {one: value for one in results.configurations() if (value := _medians(results, links, one).get(case)) is not None}
        if len(medians) > 1:
            ordered = sorted(medians, key=lambda one: medians[one])
            sentences.append(f"{case[0].upper()}{case[1:]}: quickest is {ordered[0].title} ({ms(medians[ordered[0]])} ms), slowest "
                             f"{ordered[-1].title} ({ms(medians[ordered[-1]])} ms, {times(medians[ordered[-1]], medians[ordered[0]])} as "
                             "long).")
    risen = {case for one in results.configurations() if one.isolates for case in _risen(results, links, one)}
    if ISOLATED in risen:
        sentences.append("Why dcportals' answers come later when an isolated network is attacked: VM4 is on VM1's host, whose switch has "
                         "to read each of VM4's frames, in turn with VM1's requests, before it drops it.")
    if risen & {LOCAL, REMOTE}:
        sentences.append("Where they come later in the other attacks, it is this machine's processors that they wait for: all hosts share "
                         "them with the attacker.")
    return " ".join([*sentences, *_reasons(results, links)]) or "Nothing can be compared: one configuration alone was measured."


def _risen(results: Results, links: Links, configuration: Configuration) -> list[str]:
    """The attacks under which the median is beyond what nine of ten answers take in peace."""
    peace = results.of(configuration, links, NORMAL, ANSWER).spread()
    return [case for case, value in _medians(results, links, configuration).items() if peace and value > peace.high]


def _reasons(results: Results, links: Links) -> list[str]:
    """Why a configuration of ours is slower in peace than OVS alone, or quicker."""
    plain = _medians(results, links, OVS).get(NORMAL)
    reasons = {PROACTIVE: "VM1's own switch makes the answer", REACTIVE: "VM1's switch asks dcportald, which makes the answer"}
    said = []
    for one, reason in reasons.items():
        own = _medians(results, links, one).get(NORMAL)
        if own is not None and plain is not None:
            said.append(f"In peace {one.title} needs {times(own, plain)} what OVS alone does: {reason}; with OVS alone the request goes to "
                        "VM2 on the other host, which answers it.")
    if len(_medians(results, links, L2)) > 1:
        said.append("The learning controller is asked about every broadcast, each of the flood's frames and each ARP request alike.")
    return said


def _figure(results: Results, links: Links) -> Figure:
    name = f"arp-{links.key}"
    configurations = results.configurations()
    picture, axes = plots.canvas((len(configurations) + 1) // 2, min(2, len(configurations)), sharex=True, sharey=True)
    for axis, configuration in zip(axes, configurations):
        axis.set_title(configuration.title)
        plots.log_scale(axis)
        for case, colour in CASES.items():
            plots.over_time(axis, results.of(configuration, links, case, ANSWER).of(repetition=1).from_start(), colour, "")
    for axis in axes[len(configurations):]:
        axis.set_visible(False)
    picture.supxlabel("s", fontsize="medium")
    picture.supylabel("ms", fontsize="medium")
    plots.legend_of(picture, list(CASES.items()), lost=True)
    return Figure(f"Figures 10 to 12: from ARP request to answer, over time, first round, {links.title}.",
                  plots.svg(picture, name), "Latency of ARP answers over time, a panel a configuration, a line a situation", name)


# The physical network

def _attacks(results: Results, links: Links) -> list[Block]:
    rows = []
    for one in results.configurations():
        for case in ATTACKS:
            seconds, sent, crossed = (sum(results.of(one, links, case, quantity).values()) for quantity in (SECONDS, SENT, CROSSED))
            if seconds and sent:
                rows.append([one.title, case.removeprefix("attack on "), f"{sent / seconds:,.0f}", f"{crossed / seconds:,.0f}",
                             f"{crossed / sent:.3f}"])
    if not rows:
        return []
    return [Table(f"What the attacks put on the physical network, {links.title}; frames/s",
                  ["configuration", "attack on", "sent", "on the data switch", "per frame sent"], rows, labels=2),
            Paragraph("On the data switch: the flood's frames and the answers to them, as they enter it. dcportals lets a VM's broadcasts "
                      "through up to a rate (`protection.broadcast_rate`, 500 frames/s unless set), and only to hosts with members of the "
                      "network.")]


def verdicts(results: Results, links: Links) -> list[Verdict]:
    found = []
    for one in results.configurations():
        medians = _medians(results, links, one)
        if one.isolates and len(medians) == len(CASES):
            worst = max(ATTACKS, key=lambda case: medians[case])
            found.append(Verdict(medians[worst] <= ALIKE * medians[NORMAL], (
                f"{one.title}, {links.title}: under no attack do ARP answers take more than {ALIKE} times what they take in peace: "
                f"{ms(medians[NORMAL])} ms in peace, {ms(medians[worst])} ms at most ({worst})")))
        sent, crossed = (sum(results.of(one, links, ISOLATED, quantity).values()) for quantity in (SENT, CROSSED))
        if one.isolates and sent:
            found.append(Verdict(crossed == 0, f"{one.title}, {links.title}: of {sent:,.0f} frames that VM4, alone in its network, sent, "
                                 f"{crossed:,.0f} came to the data switch", fact=True))
    return found
