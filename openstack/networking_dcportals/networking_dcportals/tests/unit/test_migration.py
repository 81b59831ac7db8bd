"""The alembic sub-project creates the tables that the models describe, and its two heads are where the HEAD files say."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from neutron.db.migration import cli
from neutron.tests import base
import sqlalchemy as sa

from networking_dcportals.db import models


class MigrationTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        cli.CONF.set_override('subproject', 'networking-dcportals')
        self.addCleanup(cli.CONF.clear_override, 'subproject')
        self.config, = cli.get_alembic_configs()
        self.script = cli.alembic_script.ScriptDirectory.from_config(self.config)

    def test_the_timeline_is_neutrons_kind_and_ends_at_the_head_files(self):
        cli.validate_revisions(self.config)
        cli.validate_head_files(self.config)
        self.assertEqual({'dc4e0000c001', 'dc4e0000e001'}, set(self.script.get_heads()))

    def test_the_revision_is_kept_in_a_table_of_our_own(self):
        self.config.neutron_config.set_override('connection', 'sqlite://', 'database')
        self.addCleanup(self.config.neutron_config.clear_override, 'connection', 'database')
        self.assertEqual('alembic_version_networking_dcportals', cli.get_alembic_version_table(self.config))

    def test_upgraded_tables_are_those_of_the_models(self):
        upgraded, described = sa.create_engine('sqlite://'), sa.create_engine('sqlite://')
        with upgraded.begin() as connection:
            with Operations.context(MigrationContext.configure(connection)):
                for revision in reversed(list(self.script.walk_revisions())):
                    revision.module.upgrade()
        for model in models.ALL:
            model.__table__.create(described)
        self.assertEqual(self._describe(described), self._describe(upgraded))

    @staticmethod
    def _describe(engine):
        inspector = sa.inspect(engine)
        return {table: ([(column['name'], column['nullable'], str(column['type']).replace('BIGINT', 'INTEGER'))
                         for column in inspector.get_columns(table)],
                        inspector.get_pk_constraint(table)['constrained_columns'],
                        sorted((index['name'], tuple(index['column_names'])) for index in inspector.get_indexes(table)))
                for table in inspector.get_table_names()}
