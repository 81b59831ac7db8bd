"""The driver's tables, beside Neutron's in the same database, so that a journal row is written in Neutron's own transaction.

journal.py, lease.py and hosts.py are the only users of the three. Times are UTC, of the process that writes them.
"""

from neutron_lib.db import model_base
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

# MariaDB rounds a plain DATETIME to whole seconds.
TIMESTAMP = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql')

PENDING = 'pending'  # waits to be delivered
FAILED = 'failed'    # was refused for good; says so to the operator until the object changes or maintenance tries again


class JournalRow(model_base.BASEV2):
    """One change of one object that dcportald may not know yet. It holds no copy of the object: what is sent is the present state."""

    __tablename__ = 'dcportals_journal'
    __table_args__ = (sa.Index('ix_dcportals_journal_object', 'kind', 'object_id'),
                      sa.Index('ix_dcportals_journal_state', 'state'),
                      model_base.BASEV2.__table_args__)

    # SQLite counts up only in columns of the type INTEGER.
    seq = sa.Column(sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), primary_key=True, autoincrement=True)
    kind = sa.Column(sa.String(16), nullable=False)  # network, subnet, port or router
    object_id = sa.Column(sa.String(36), nullable=False)
    state = sa.Column(sa.String(16), nullable=False, default=PENDING)
    attempts = sa.Column(sa.Integer, nullable=False, default=0)  # answers that were errors; a lost connection is none
    last_error = sa.Column(sa.String(1024))
    created_at = sa.Column(TIMESTAMP, nullable=False)
    next_attempt_at = sa.Column(TIMESTAMP)  # null: at once


class Lease(model_base.BASEV2):
    """Which of all processes of all Neutron servers does a job alone, and until when unless it says so again."""

    __tablename__ = 'dcportals_leases'

    name = sa.Column(sa.String(64), primary_key=True)
    holder = sa.Column(sa.String(255), nullable=False)
    expires_at = sa.Column(TIMESTAMP, nullable=False)


class Host(model_base.BASEV2):
    """A hypervisor that dcportald has told of, and whether its switch is connected."""

    __tablename__ = 'dcportals_hosts'

    name = sa.Column(sa.String(255), primary_key=True)  # Neutron's binding:host_id
    live = sa.Column(sa.Boolean, nullable=False)
    updated_at = sa.Column(TIMESTAMP, nullable=False)


ALL = (JournalRow, Lease, Host)
