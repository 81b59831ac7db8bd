"""pytest's set-up for this project: makes it known to Neutron as `pip install` would, without installing it.

Neutron finds drivers, migrations and options by entry points, so setup.cfg is turned into a distribution's description in a folder of
this run, beside which stevedore keeps its cache.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
FOLDER = tempfile.TemporaryDirectory(prefix='networking_dcportals-')

subprocess.run([sys.executable, '-c', 'import setuptools; setuptools.setup()', '--quiet', 'egg_info', '--egg-base', FOLDER.name],
               cwd=HERE, check=True)
sys.path[:0] = [str(HERE), FOLDER.name]
os.environ['PYTHONPATH'] = os.pathsep.join([str(HERE), FOLDER.name, *filter(None, [os.environ.get('PYTHONPATH')])])
os.environ['XDG_CACHE_HOME'] = FOLDER.name


def pytest_runtest_setup():
    """The machine's own /etc/neutron/policy.d is none of the tests' business, and reading it takes a good part of their time."""
    from oslo_config import cfg
    from oslo_policy import opts
    opts.set_defaults(cfg.CONF, policy_dirs=[])
