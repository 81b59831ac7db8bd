"""Which hypervisors have a live switch, as dcportald last said (events of the kind host).

The follower (and maintenance) write the table; bind_port reads it, so that binding a port asks nobody.
"""

from neutron_lib.db import api as db_api
from oslo_log import log as logging
from oslo_utils import timeutils

from networking_dcportals.db import models

LOG = logging.getLogger(__name__)


def is_live(context, name):
    """Whether the switch of the host (Neutron's binding:host_id) is connected; False for a host never heard of."""
    with db_api.CONTEXT_READER.using(context):
        rows = context.session.query(models.Host.name, models.Host.live).filter_by(name=name).all()
    # MariaDB finds hv1 for HV1 too; dcportald would never see a port of HV1 wired.
    return any(live and found == name for found, live in rows)


def live_hosts(context):
    """The names of all that are live, as a set."""
    with db_api.CONTEXT_READER.using(context):
        return {name for name, in context.session.query(models.Host.name).filter(models.Host.live.is_(True))}


@db_api.retry_db_errors
def update(context, live_by_name):
    """Notes for hosts whether each is live, {name: bool}. Those of whom that was known already cost no write."""
    with db_api.CONTEXT_READER.using(context):
        known = dict(context.session.query(models.Host.name, models.Host.live).filter(models.Host.name.in_(live_by_name)).all())
    for name, live in sorted(live_by_name.items()):
        if known.get(name) != live:
            set_live(context, name, live)
            LOG.info('host=%s event=%s', name, 'live' if live else 'not_live')


@db_api.retry_db_errors
def forget_others(context, names):
    """No host is live but those of these names: dcportald knows no other (any more)."""
    for name in live_hosts(context) - set(names):
        set_live(context, name, False)
        LOG.warning('host=%s event=not_live reason=unknown_to_dcportald', name)


@db_api.retry_db_errors
def set_live(context, name, live):
    with db_api.CONTEXT_WRITER.using(context):
        host = context.session.get(models.Host, name)
        if host is None:
            host = models.Host(name=name)
            context.session.add(host)
        host.live = live
        host.updated_at = timeutils.utcnow()
