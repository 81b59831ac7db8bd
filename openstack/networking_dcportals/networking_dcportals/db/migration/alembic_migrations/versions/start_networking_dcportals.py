"""Where the branches of this sub-project begin; creates nothing."""

revision = 'dc4e00000000'
down_revision = None


def upgrade():
    pass
