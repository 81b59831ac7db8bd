"""The paper's evaluation (section 4) on this machine: dcportals and what it is compared with, measured in one run, and a report.

    cli              arguments in, exit code out
    configurations   what is compared, and how fast the cables are
    measurement      what an experiment is, and what it is given to measure with
    experiments/     one file per experiment of the paper: its topology, its procedure, and what is said of its results
    plan             which measurements, in which order: configurations are interleaved
    runner           does them, each within its time, and keeps what came out
    samples          what was measured, as values and as CSV
    machine          what it was measured on
    report/          tables, plots and words, as HTML and as Markdown

Raw samples are kept beside the report, and the report is made from them alone, so that it can be made again without measuring.
"""
