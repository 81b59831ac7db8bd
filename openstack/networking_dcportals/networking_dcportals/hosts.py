"""Which hypervisors have a live switch, as dcportald last said (events of the kind host).

The follower writes the table; bind_port reads it, so that binding a port asks nobody.
"""

from neutron_lib.db import api as db_api
from oslo_utils import timeutils

from networking_dcportals.db import models


def is_live(context, name):
    """Whether the switch of the host (Neutron's binding:host_id) is connected; False for a host never heard of."""
    with db_api.CONTEXT_READER.using(context):
        return bool(context.session.query(models.Host.live).filter_by(name=name).scalar())


def live_hosts(context):
    """The names of all that are live, as a set."""
    with db_api.CONTEXT_READER.using(context):
        return {name for name, in context.session.query(models.Host.name).filter(models.Host.live.is_(True))}


@db_api.retry_db_errors
def set_live(context, name, live):
    with db_api.CONTEXT_WRITER.using(context):
        host = context.session.get(models.Host, name)
        if host is None:
            host = models.Host(name=name)
            context.session.add(host)
        host.live = live
        host.updated_at = timeutils.utcnow()
