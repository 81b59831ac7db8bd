"""The sample of the configuration is the options' own."""

import io
import pathlib

from neutron.tests import base
from oslo_config import cfg
from oslo_config import generator

from networking_dcportals import config

PROJECT = pathlib.Path(config.__file__).parents[1]


class ConfigTest(base.BaseTestCase):
    def test_the_committed_sample_is_what_is_generated(self):
        conf = cfg.ConfigOpts()
        generator.register_cli_opts(conf)
        conf(['--config-file', str(PROJECT / 'etc/oslo-config-generator.conf')], project='oslo-config-generator')
        generated = io.StringIO()
        generator.generate(conf, generated)
        self.assertEqual((PROJECT / 'etc' / 'ml2_conf_dcportals.ini.sample').read_text(), generated.getvalue())

    def test_every_option_says_what_it_is_for(self):
        self.assertEqual([], [option.name for option in config.ALL if not option.help])

    def test_only_addresses_of_a_daemon_are_taken(self):
        conf = cfg.ConfigOpts()
        conf([])
        config.register(conf)
        conf.set_override('url', 'https://controller:8696', config.GROUP)
        for wrong in ('controller:8696', 'ftp://controller', 'http://controller:8696/somewhere'):
            self.assertRaises(ValueError, conf.set_override, 'url', wrong, config.GROUP)
