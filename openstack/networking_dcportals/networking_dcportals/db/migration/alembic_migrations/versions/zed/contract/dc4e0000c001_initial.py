"""The contract branch (changes that need all API servers stopped) begins; there are none yet."""

from neutron.db.migration import cli

revision = 'dc4e0000c001'
down_revision = 'dc4e00000000'
branch_labels = (cli.CONTRACT_BRANCH,)


def upgrade():
    pass
