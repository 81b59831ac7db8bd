"""The journal: what dcportald may not know yet. Neutron's API workers write it (driver.py, l3.py), deliver.py empties it.

A row names an object and holds no copy of it: whoever delivers reads the present state, so many rows of one object are delivered as one.
Deliverer and maintenance may use all of this, each call in a transaction of its own; record() belongs to its caller's.
"""

import datetime

from neutron_lib.db import api as db_api
from oslo_utils import timeutils
import sqlalchemy as sa

from networking_dcportals.db.models import FAILED
from networking_dcportals.db.models import JournalRow
from networking_dcportals.db.models import PENDING

ERROR_LENGTH = JournalRow.last_error.type.length


def record(context, kind, object_id):
    """Notes a change within the transaction that makes it: both are committed or none. Database errors are the caller's to raise."""
    context.session.add(JournalRow(kind=kind, object_id=object_id, created_at=timeutils.utcnow()))


def record_beside(connection, kind, object_id):
    """record(), for a listener of a flush: it may use the flush's connection only. In the flush's transaction."""
    connection.execute(sa.insert(JournalRow).values(kind=kind, object_id=object_id, created_at=timeutils.utcnow()))


@db_api.retry_db_errors
def next_due(context, now=None):
    """The oldest row that waits and whose time has come, detached; None if there is none."""
    now = now or timeutils.utcnow()
    due = sa.or_(JournalRow.next_attempt_at.is_(None), JournalRow.next_attempt_at <= now)
    with db_api.CONTEXT_READER.using(context):
        row = context.session.query(JournalRow).filter(JournalRow.state == PENDING, due).order_by(JournalRow.seq).first()
        if row is not None:
            context.session.expunge(row)
        return row


def rows_of(context, kind, object_id):
    """[(seq, state)] of the object's rows, oldest first. In one transaction with reading the object, it is as new as these rows say."""
    query = context.session.query(JournalRow.seq, JournalRow.state).filter_by(kind=kind, object_id=object_id)
    return [tuple(row) for row in query.order_by(JournalRow.seq)]


@db_api.retry_db_errors
def pending_ids(context, kind):
    """The ids of the objects of a kind that dcportald may not know as they are, as a set; failed ones too."""
    with db_api.CONTEXT_READER.using(context):
        return {object_id for object_id, in context.session.query(JournalRow.object_id).filter_by(kind=kind).distinct()}


@db_api.retry_db_errors
def waiting_ids(context, kind):
    """The ids of the objects of a kind that are about to be delivered, as a set; failed ones are not."""
    with db_api.CONTEXT_READER.using(context):
        return {object_id for object_id, in context.session.query(JournalRow.object_id).filter_by(kind=kind, state=PENDING).distinct()}


@db_api.retry_db_errors
def forget_failed(context, kind, object_id):
    """Deletes the object's failed rows: dcportald has it as Neutron has."""
    with db_api.CONTEXT_WRITER.using(context):
        context.session.query(JournalRow).filter_by(kind=kind, object_id=object_id, state=FAILED).delete(synchronize_session=False)


@db_api.retry_db_errors
def complete(context, seqs):
    """Deletes the rows: dcportald knows what they were about."""
    with db_api.CONTEXT_WRITER.using(context):
        context.session.query(JournalRow).filter(JournalRow.seq.in_(seqs)).delete(synchronize_session=False)


def postpone(context, row, error, seconds):
    """The attempt failed and is made again after so many seconds."""
    _note_attempt(context, row, error, PENDING, timeutils.utcnow() + datetime.timedelta(seconds=seconds))


@db_api.retry_db_errors
def fail(context, row, error):
    """The attempt failed and is not made again until the object changes or maintenance asks for it. The object's older rows go: this one
    says it all."""
    with db_api.CONTEXT_WRITER.using(context):
        same = context.session.query(JournalRow).filter_by(kind=row.kind, object_id=row.object_id)
        same.filter(JournalRow.seq < row.seq).delete(synchronize_session=False)
        _note_attempt(context, row, error, FAILED, None)


@db_api.retry_db_errors
def _note_attempt(context, row, error, state, next_attempt_at):
    with db_api.CONTEXT_WRITER.using(context):
        context.session.query(JournalRow).filter_by(seq=row.seq).update({
            'state': state, 'attempts': row.attempts + 1, 'last_error': error[:ERROR_LENGTH], 'next_attempt_at': next_attempt_at})


@db_api.retry_db_errors
def failed(context):
    """The rows that count as failed, oldest first, detached."""
    with db_api.CONTEXT_READER.using(context):
        rows = context.session.query(JournalRow).filter_by(state=FAILED).order_by(JournalRow.seq).all()
        context.session.expunge_all()
        return rows


@db_api.retry_db_errors
def last_seq(context):
    """The number of the newest row, 0 if there is none."""
    with db_api.CONTEXT_READER.using(context):
        return context.session.query(sa.func.max(JournalRow.seq)).scalar() or 0


@db_api.retry_db_errors
def count_waiting(context, up_to):
    """How many rows wait to be delivered, of those up to this number."""
    with db_api.CONTEXT_READER.using(context):
        return context.session.query(JournalRow).filter(JournalRow.state == PENDING, JournalRow.seq <= up_to).count()


@db_api.retry_db_errors
def count(context):
    """{'pending': rows, 'failed': rows}"""
    with db_api.CONTEXT_READER.using(context):
        found = dict(context.session.query(JournalRow.state, sa.func.count()).group_by(JournalRow.state).all())
        return {state: found.get(state, 0) for state in (PENDING, FAILED)}
