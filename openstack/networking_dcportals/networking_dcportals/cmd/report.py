"""What neutron-dcportals-sync prints: a table for people, or JSON for programs. Pure; sync.py calls it."""
import json

from networking_dcportals import digest


def as_json(report):
    return json.dumps(report, indent=2, sort_keys=True)


def as_text(report):
    """The report of sync.run() as lines."""
    lines = []
    if report['repaired']:
        lines += _table('Repaired', report['repaired'], ('kind', 'id', 'problem', 'fields'))
    if report['differences']:
        lines += _table('Differences' + (' left' if report['mode'] == 'repair' else ''), report['differences'],
                        ('kind', 'id', 'problem', 'fields', 'error'))
    if report['failed']:
        lines += _table('Failed in the journal', report['failed'], ('kind', 'id', 'attempts', 'since', 'error'))
    if report['waiting']:
        lines.append('%d changes have been waiting in the journal since before this run; worker: %s' % (
            report['waiting'], report['worker'] or 'none is running'))
        lines.append('')
    counts = ', '.join('%d %s%s' % (number, kind, '' if number == 1 else 's')
                       for kind, number in ((kind, report['objects'][kind]) for kind in digest.KINDS))
    lines.append('%s: %s%s' % ('in sync' if report['in_sync'] else 'NOT in sync', counts,
                               '' if report['port_status_compared'] else '; port status is not known to dcportald yet, so not compared'))
    return '\n'.join(lines)


def _table(title, rows, columns):
    """Lines: the title, a head, the rows, and an empty one; columns without a value are left out."""
    used = [column for column in columns if any(row.get(column) for row in rows)]
    cells = [[column.upper() for column in used]] + [[_cell(row.get(column)) for column in used] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(used))]
    lines = ['  '.join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]
    return ['%s (%d)' % (title, len(rows))] + lines + ['']


def _cell(value):
    if isinstance(value, (list, tuple)):
        return ','.join(value)
    return '' if value is None else str(value)
