"""The journal, the leases and the hosts (networking_dcportals.db.models says what they are for)."""

from alembic import op
from neutron.db.migration import cli
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = 'dc4e0000e001'
down_revision = 'dc4e00000000'
branch_labels = (cli.EXPAND_BRANCH,)

TIMESTAMP = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql')


def upgrade():
    op.create_table(
        'dcportals_journal',
        sa.Column('seq', sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column('kind', sa.String(16), nullable=False),
        sa.Column('object_id', sa.String(36), nullable=False),
        sa.Column('state', sa.String(16), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('last_error', sa.String(1024), nullable=True),
        sa.Column('created_at', TIMESTAMP, nullable=False),
        sa.Column('next_attempt_at', TIMESTAMP, nullable=True),
        sa.PrimaryKeyConstraint('seq'))
    op.create_index('ix_dcportals_journal_object', 'dcportals_journal', ['kind', 'object_id'])
    op.create_index('ix_dcportals_journal_state', 'dcportals_journal', ['state'])
    op.create_table(
        'dcportals_leases',
        sa.Column('name', sa.String(64), nullable=False),
        sa.Column('holder', sa.String(255), nullable=False),
        sa.Column('expires_at', TIMESTAMP, nullable=False),
        sa.PrimaryKeyConstraint('name'))
    op.create_table(
        'dcportals_hosts',
        sa.Column('name', sa.String(255), nullable=False),
        sa.Column('live', sa.Boolean(), nullable=False),
        sa.Column('updated_at', TIMESTAMP, nullable=False),
        sa.PrimaryKeyConstraint('name'))
