"""Flows written by hand that isolate and rewrite as dcportals does, for a topology that does not change.

They stand in for the daemon, so that the lab's experiments are tested without it: in a `bare` lab with these flows the
demo has to pass. One table and one rule per pair, which the real pipeline avoids. Keys are 240.0.0.1, 240.0.0.2, ...
"""

from dcplab import Lab

_ARP_ANSWER = ("move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:{mac}->eth_src,set_field:2->arp_op,"
               "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],set_field:{mac}->arp_sha,"
               "move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],set_field:{ip}->arp_spa,in_port")
_REWRITE = "set_field:{}->eth_src,set_field:{}->eth_dst,set_field:{}->ip_src,set_field:{}->ip_dst,output:{}"


def install(lab: Lab) -> None:
    for hypervisor, switch in lab.ovs.items():
        switch.ofctl("add-flows", "br-int", "-", stdin="\n".join(_flows(lab, hypervisor)))


def _flows(lab: Lab, hypervisor: str) -> list[str]:
    topology, switch = lab.topology, lab.ovs[hypervisor]
    keys = {name: f"240.0.0.{number}" for number, name in enumerate(topology.vms, 1)}
    ports = {name: switch.ofport(topology.tap(name)) for name, vm in topology.vms.items() if vm.hypervisor == hypervisor}
    uplink = switch.ofport("uplink0")
    flows = []
    for local in ports:
        for peer in topology.vms:
            a, b = topology.vms[local], topology.vms[peer]
            if local == peer or a.network != b.network:
                continue
            flows.append(f"in_port={ports[local]},arp,arp_op=1,arp_tpa={b.ip},actions=" + _ARP_ANSWER.format(mac=b.mac, ip=b.ip))
            sending = f"in_port={ports[local]},ip,dl_src={a.mac},dl_dst={b.mac},nw_src={a.ip},nw_dst={b.ip}"
            if peer in ports:
                flows.append(f"{sending},actions=output:{ports[peer]}")
                continue
            here, there = topology.host_mac(hypervisor), topology.host_mac(b.hypervisor)
            flows.append(f"{sending},actions=" + _REWRITE.format(here, there, keys[local], keys[peer], uplink))
            flows.append(f"in_port={uplink},ip,dl_src={there},dl_dst={here},nw_src={keys[peer]},nw_dst={keys[local]},actions="
                         + _REWRITE.format(b.mac, a.mac, b.ip, a.ip, ports[local]))
    return flows
