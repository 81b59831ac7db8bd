"""The options of the driver, group [ml2_dcportals]; every process that needs one calls register()."""

from oslo_config import cfg

GROUP = 'ml2_dcportals'

CONNECTION = [
    cfg.StrOpt('url', default='http://127.0.0.1:8696', regex=r'^https?://[^/\s]+/?$',
               help='Where dcportald answers. Use https:// and ca_file unless it is on loopback.'),
    cfg.StrOpt('token_file',
               help='A file with the token that dcportald asks for, readable by Neutron only. It is read at each connection, so a new '
                    'token needs no restart. Empty: no token is sent.'),
    cfg.StrOpt('ca_file',
               help='Certificates (PEM) of the authorities that may have signed that of dcportald. Empty: those that the system trusts.'),
    cfg.FloatOpt('timeout', default=10.0, min=0.1,
                 help='Seconds that dcportald may take to connect or to answer before the connection counts as lost.'),
    cfg.FloatOpt('retry_min', default=0.1, min=0.01,
                 help='Seconds until the first new try after the connection was lost or dcportald was busy; each further wait is twice '
                      'as long.'),
    cfg.FloatOpt('retry_max', default=60.0, min=0.1,
                 help='Seconds that such a wait may reach.'),
]

DELIVERY = [
    cfg.FloatOpt('journal_interval', default=0.5, min=0.05,
                 help='Seconds between two looks at the journal when it was empty. Changes made through the Neutron API wait for half of '
                      'this on average before they are sent.'),
    cfg.IntOpt('max_attempts', default=10, min=1,
               help='How often an object is sent that dcportald does not accept before its journal entry counts as failed. A lost '
                    'connection is not counted.'),
]

MAINTENANCE = [
    cfg.FloatOpt('maintenance_interval', default=300.0, min=1.0,
                 help='Seconds between two comparisons of all that Neutron and dcportald know; differences are repaired and logged.'),
    cfg.FloatOpt('event_wait', default=25.0, min=0.0, max=60.0,
                 help='Seconds for which dcportald is asked to wait for the next event (a port wired, a host lost) before it says that '
                      'there is none.'),
    cfg.FloatOpt('lease_seconds', default=15.0, min=1.0,
                 help='One worker among all Neutron servers delivers, follows and maintains. When it dies, another takes over after this '
                      'many seconds.'),
]

BINDING = [
    cfg.StrOpt('integration_bridge', default='br-int',
               help='The Open vSwitch bridge of dcportals on every hypervisor; Nova plugs ports into it.'),
]

ALL = CONNECTION + DELIVERY + MAINTENANCE + BINDING


def register(conf=cfg.CONF):
    """Registers the options; more than once is no error. Returns the group's values."""
    conf.register_opts(ALL, GROUP)
    return conf[GROUP]


def list_opts():
    """For oslo-config-generator (entry point oslo.config.opts)."""
    return [(GROUP, ALL)]
