"""The `evaluate` command: arguments in, exit code out: 0 measured, and every fact holds, or published; 1 not so; 2 wrong usage."""

import argparse
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from dcplab import LabError, terminal

from . import plan, runner, samples
from .configurations import CONFIGURATIONS, LINKS
from .experiments import EXPERIMENTS
from .measurement import Experiment
from .report.compose import compose, publish, write
from .report.document import Document
from .run import Run

RAW = "raw"
EXAMPLES = """\
examples:
  lab/evaluate                                everything, in about {full} minutes; then open report/index.html
  lab/evaluate --quick                        a little of everything, in about {quick}
  lab/evaluate --only 4.4 --only bandwidth    some experiments: a section of the paper, or a name
  lab/evaluate --config proactive --config ovs --links shaped
  lab/evaluate --again                        the report once more, from what was measured last
  lab/evaluate --publish doc                  the same as a page of the documentation, doc/evaluation.md

experiments:
{experiments}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(words)
    try:
        experiments = _chosen(options.only)
    except KeyError as unknown:
        parser.error(f"--only {unknown.args[0]}: there is no such experiment; --help lists them")
    os.environ["LC_ALL"] = "C.UTF-8"  # what programs say is read
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also as a shell's background job, which ignores it
    for number in (signal.SIGTERM, signal.SIGHUP):  # like Ctrl-C, so that the lab is removed
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        if options.publish:
            return _publish(options.output, options.publish)
        if not options.again:
            _measure(options, experiments, words)
        return _report(options.output)
    except LabError as error:
        print(f"evaluate: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nevaluate: stopped; what was measured is kept, see --again", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab/evaluate", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="The paper's evaluation (section 4) on this machine, as root: dcportals, proactive and reactive, beside a learning "
                    "controller and Open vSwitch alone. Writes a report with tables, plots and raw data.",
        epilog=EXAMPLES.format(full=_minutes(False), quick=_minutes(True),
                               experiments="\n".join(f"  {one.section:<6} {one.key:<14} {one.title}" for one in EXPERIMENTS)))
    parser.add_argument("--only", action="append", default=[], metavar="EXPERIMENT", help="of the list below; may be given again")
    parser.add_argument("--quick", action="store_true", help="see that everything works; the figures mean little")
    parser.add_argument("--config", action="append", choices=[one.key for one in CONFIGURATIONS], help="all if none is given")
    parser.add_argument("--links", action="append", choices=[one.key for one in LINKS], help="both if none is given")
    parser.add_argument("--repetitions", type=_positive, metavar="N", help="of each measurement, instead of each experiment's own number")
    parser.add_argument("--output", type=Path, default=Path("report"), metavar="FOLDER", help="default: report")
    parser.add_argument("--daemon", metavar="FILE", help="dcportald's path (default: $DCPORTALD, then the release build)")
    parser.add_argument("--again", action="store_true", help="measure nothing: write the report of the last run again")
    parser.add_argument("--publish", type=Path, metavar="FOLDER", help="measure nothing: write the report of the last run to "
                                                                      "FOLDER/evaluation.md, its plots to FOLDER/evaluation/")
    return parser


def _chosen(only: list[str]) -> list[Experiment]:
    return plan.find_experiments(only, EXPERIMENTS) if only else list(EXPERIMENTS)


def _minutes(quick: bool) -> int:
    return max(1, round(sum(step.seconds(quick) for step in plan.steps(EXPERIMENTS, LINKS, CONFIGURATIONS, quick)) / 60))


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _measure(options: argparse.Namespace, experiments: list[Experiment], words: list[str]) -> None:
    if os.geteuid() != 0:
        raise LabError("only root may make network namespaces")
    steps = plan.steps(experiments, [one for one in LINKS if one.key in (options.links or [one.key])],
                       [one for one in CONFIGURATIONS if one.key in (options.config or [one.key])], options.quick, options.repetitions)
    raw = options.output / RAW
    shutil.rmtree(raw, ignore_errors=True)
    raw.mkdir(parents=True)
    run = Run.now(options.quick, shlex.join(words))
    run.save(raw)
    begin = time.monotonic()
    bar = terminal.Bar([step.seconds(options.quick) for step in steps])
    writer = samples.Writer(raw / "samples.csv")
    try:
        run.failures = runner.run(steps, options.quick, options.daemon, writer, bar)
        run.finished = True
    finally:
        bar.done()
        writer.close()
        run.seconds = time.monotonic() - begin
        run.save(raw)


def _last_run(folder: Path) -> tuple[Run, Document]:
    raw = folder / RAW
    if not (raw / "run.json").exists():
        raise LabError(f"there is nothing measured in {folder}")
    run = Run.load(raw)
    return run, compose(run, samples.read(raw / "samples.csv"), EXPERIMENTS)


def _publish(folder: Path, to: Path) -> int:
    run, document = _last_run(folder)
    print(f"Published: {publish(document, run, to)}")
    return 0


def _report(folder: Path) -> int:
    run, document = _last_run(folder)
    write(document, folder)
    _summarise(document, run, folder)
    return 0 if not run.failures and all(verdict.holds for verdict in document.verdicts() if verdict.fact) else 1


def _summarise(document: Document, run: Run, folder: Path) -> None:
    """Facts; claims about figures too, if the run was long enough to judge them."""
    for verdict in document.verdicts():
        if verdict.fact:
            terminal.verdict(verdict.holds, verdict.text)
        elif not run.quick:
            terminal.verdict(verdict.holds, verdict.text, "yes ", "no  ")
    for failure in run.failures:
        terminal.verdict(False, f"{failure.step}: {failure.reason}")
    print(f"\nReport: {folder}/index.html, {folder}/report.md; raw data: {folder}/{RAW}/")
