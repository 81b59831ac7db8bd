"""The `lab` command: arguments in, exit code out (0 done, 1 failed, 2 wrong usage). The work is done by Lab and demo.

Commands that run something inside a lab become that program, so its terminal, signals and exit code are its own.
"""

import argparse
import json
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import demo, status, switches, terminal, topology_file
from .daemon import Configuration
from .errors import LabError
from .lab import CONFIGS, CORE, Lab, take_down
from .state import State, all_labs

PAPER_TOPOLOGY = Path(__file__).resolve().parents[1] / "topologies/paper-4.4.yaml"

EXAMPLES = """\
examples:
  lab up lab/topologies/paper-4.4.yaml --config ovs    three servers, six VMs, plain Open vSwitch
  lab status                                           what is up, and what the physical switch learned
  lab exec vm1 -- fping 10.0.0.2                       run something in a VM
  lab capture core arp                                 watch the physical network
  lab ofctl hv1 -- dump-flows br-int                   ask a hypervisor's switch
  lab down                                             remove it all
  lab demo                                             the paper's isolation experiment, from up to down
"""


class UsageError(Exception):
    """The command line does not say enough."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    # Being told to end is handled like Ctrl-C, so that a lab that is half built is removed.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        if os.geteuid() != 0:
            raise LabError("only root may make network namespaces")
        return options.run(options)
    except UsageError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    except BrokenPipeError:  # `lab status | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXAMPLES,
        description="The paper's test bed in network namespaces: hypervisors with real Open vSwitch, VMs, two physical "
                    "switches, a controller.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = _command(commands, "up", _up, "build a lab and leave it up")
    up.add_argument("topology", type=Path, metavar="TOPOLOGY.yaml")
    up.add_argument("--name", help="the lab's name, instead of the file's")
    _add_config(up)
    up.add_argument("--set", dest="settings", action="append", default=[], metavar="SECTION.KEY=VALUE",
                    help="a key of dcportald's configuration, as forwarding.mode=reactive; may be given again")
    listing = _command(commands, "list", _list, "the labs that are up")
    listing.add_argument("--json", action="store_true", help="for programs")
    state = _command(commands, "status", _status, "hypervisors, VMs, processes, what the data switch learned")
    state.add_argument("name", nargs="?", metavar="NAME")
    state.add_argument("--json", action="store_true", help="for programs")
    execute = _command(commands, "exec", _exec, "run a command in a VM, a hypervisor, core, management or controller")
    _add_place(execute, "PLACE")
    execute.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    watch = _command(commands, "capture", _capture, "tcpdump on the data switch, or on a VM's or hypervisor's interface")
    _add_place(watch, "core|PLACE")
    watch.add_argument("command", nargs=argparse.REMAINDER, metavar="[-w FILE] [FILTER]",
                       help="options and filter for tcpdump")
    for tool in ("vsctl", "ofctl", "appctl"):
        command = _command(commands, tool, _tool, f"ovs-{tool} of one hypervisor")
        _add_place(command, "HYPERVISOR")
        command.add_argument("command", nargs=argparse.REMAINDER, metavar="-- ARGUMENT ...")
        command.set_defaults(tool=f"ovs-{tool}")
    down = _command(commands, "down", _down, "remove a lab, or what is left of one")
    down.add_argument("name", nargs="?", metavar="NAME")
    down.add_argument("--all", action="store_true", help="every lab")
    show = _command(commands, "demo", _demo, "the isolation experiment of the paper's section 4.4, from up to down")
    show.add_argument("topology", type=Path, nargs="?", default=PAPER_TOPOLOGY, metavar="TOPOLOGY.yaml")
    show.add_argument("--name", default="demo", help="name of the lab that is made for it (default: demo)")
    show.add_argument("--json", action="store_true", help="for programs")
    _add_config(show, ("dcportals", "ovs"))
    return parser


def _command(commands: argparse._SubParsersAction, name: str, run: object, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def _add_config(parser: argparse.ArgumentParser, configs: Sequence[str] = CONFIGS) -> None:
    parser.add_argument("--config", choices=configs, default="dcportals",
                        help="dcportals: switches obey dcportald; ovs: plain learning switches"
                             + ("; l2: switches that a learning controller teaches" if "l2" in configs else "")
                             + ("; bare: no controller and no flows" if "bare" in configs else "")
                             + " (default: dcportals)")
    parser.add_argument("--daemon", metavar="FILE", help="dcportald's path (default: $DCPORTALD, then the release build)")


def _add_place(parser: argparse.ArgumentParser, metavar: str) -> None:
    parser.add_argument("--name", help="which lab; not needed while only one is up")
    parser.add_argument("place", metavar=metavar)


def _up(options: argparse.Namespace) -> int:
    start = time.monotonic()
    progress = terminal.Progress()
    topology = topology_file.load(options.topology, options.name)
    lab = Lab(topology, options.config, options.daemon, progress, _settings(options.settings))
    lab.up()
    progress.done()
    print(f"Lab {lab.name} is up ({lab.config}): {len(topology.hypervisors)} hypervisors, {len(topology.vms)} VMs, "
          f"{time.monotonic() - start:.1f} s. `lab status` shows it, `lab down` removes it.")
    return 0


def _settings(words: list[str]) -> Configuration:
    """Values are written as in JSON; what is not is a text."""
    found: Configuration = {}
    for word in words:
        matched = re.fullmatch(r"(\w+)\.(\w+)=(.*)", word)
        if not matched:
            raise UsageError(f"{word!r} is not SECTION.KEY=VALUE")
        section, key, value = matched.groups()
        try:
            found.setdefault(section, {})[key] = json.loads(value)
        except ValueError:
            found.setdefault(section, {})[key] = value
    return found


def _list(options: argparse.Namespace) -> int:
    labs = status.list_labs()
    if options.json:
        print(json.dumps(labs, indent=2))
    else:
        status.show_list(labs)
    return 0


def _status(options: argparse.Namespace) -> int:
    description = status.describe(Lab.attach(_the_lab(options.name)))
    if options.json:
        print(json.dumps(description, indent=2))
    else:
        status.show(description)
    return 0 if status.healthy(description) else 1


def _exec(options: argparse.Namespace) -> int:
    return _become(_attach(options).command(options.place, _words(options.command)))


def _capture(options: argparse.Namespace) -> int:
    lab = _attach(options)
    interface = switches.DATA_BRIDGE if options.place == CORE else lab.interface(options.place)
    # -Z root: Debian's tcpdump gives root up before it opens a file, and then may not write it. Immediate mode: what came
    # in just before Ctrl-C is not lost in a buffer.
    tcpdump = ["tcpdump", "-n", "-e", "-Z", "root", "--immediate-mode", "-i", interface]
    return _become(lab.command(options.place, [*tcpdump, *options.command]))


def _tool(options: argparse.Namespace) -> int:
    lab = _attach(options)
    if options.place not in lab.ovs:
        raise LabError(f"lab {lab.name} has no hypervisor {options.place}; it has {', '.join(lab.ovs)}")
    switch = lab.ovs[options.place]
    return _become(switch.command(options.tool, *_words(options.command)), switch.environment)


def _down(options: argparse.Namespace) -> int:
    if options.all and options.name:
        raise UsageError("give a lab's name or --all, not both")
    labs = all_labs()
    if not options.all:
        labs = [topology_file.check_lab_name(options.name)] if options.name else labs and [_the_lab(None)]
    for name in labs:
        take_down(name)
        print(f"Lab {name} is gone.")
    return 0


def _demo(options: argparse.Namespace) -> int:
    progress = terminal.Progress()
    with Lab(topology_file.load(options.topology, options.name), options.config, options.daemon, progress) as lab:
        result = demo.run(lab, isolated=options.config == "dcportals", progress=progress)
    progress.done()
    if options.json:
        print(json.dumps(result.to_json(), indent=2))
    else:
        demo.show(result)
    return 0 if result.passed() else 1


def _attach(options: argparse.Namespace) -> Lab:
    return Lab.attach(_the_lab(options.name))


def _the_lab(name: str | None) -> str:
    """The lab that is meant; without a name there has to be exactly one."""
    labs = all_labs()
    if name:
        if not State(name).exists():
            raise LabError(f"there is no lab {name}; up are: {', '.join(labs) or 'none'}")
        return name
    if len(labs) > 1:
        raise UsageError(f"several labs are up, say which: {', '.join(labs)}")
    if not labs:
        raise LabError("no lab is up")
    return labs[0]


def _words(command: list[str]) -> list[str]:
    words = command[1:] if command[:1] == ["--"] else command
    if not words:
        raise UsageError("what should be run? Give it after --")
    return words


def _become(command: list[str], environment: dict[str, str] | None = None) -> int:
    sys.stdout.flush()
    try:
        os.execvpe(command[0], command, {**os.environ, **(environment or {})})
    except FileNotFoundError as error:
        raise LabError(f"there is no program {command[0]}") from error
