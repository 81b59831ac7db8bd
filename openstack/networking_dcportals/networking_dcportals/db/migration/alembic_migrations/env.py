"""Alembic's environment of this sub-project; neutron-db-manage runs it.

The revision in force is kept in a table of our own, so that Neutron's and other sub-projects' revisions do not mix with ours.
"""

from alembic import context
from neutron.db.migration.connection import DBConnection
from neutron_lib.db import model_base

from networking_dcportals.db import models

VERSION_TABLE = 'alembic_version_networking_dcportals'
OUR_TABLES = frozenset(model.__tablename__ for model in models.ALL)

config = context.config
target_metadata = model_base.BASEV2.metadata


def include_object(_object, name, type_, _reflected, _compare_to):
    return type_ != 'table' or name in OUR_TABLES


def run_offline():
    """Writes the statements as SQL text (neutron-db-manage upgrade --sql)."""
    database = config.neutron_config.database
    target = {'url': database.connection} if database.connection else {'dialect_name': database.engine}
    context.configure(version_table=VERSION_TABLE, include_object=include_object, **target)
    with context.begin_transaction():
        context.run_migrations()


def run_online():
    with DBConnection(config.neutron_config.database.connection, config.attributes.get('connection')) as connection:
        context.configure(connection=connection, target_metadata=target_metadata, version_table=VERSION_TABLE,
                          include_object=include_object)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
