"""Follows dcportald's events (events.get): which hosts are live, and where ports are wired. worker.py calls step() for ever.

Events tell the present state of an object, never a history, so what is applied twice or skipped over does no harm. The cursor is kept in
memory: whoever begins to follow gets the state of everything, and so does everybody when dcportald has begun a new life.
"""
from oslo_log import log as logging

from networking_dcportals import hosts
from networking_dcportals import status

LOG = logging.getLogger(__name__)

# Ports in one go under the lock; the deliverer waits for it.
_SLICE = 50
# How soon to try again what could not be written into Neutron's database.
_RETRY_SECONDS = 2


class Follower:
    def __init__(self, conf, client, lock, go_on, on_reset):
        """lock: held while hosts and port status are written, so that no older state overtakes one that the deliverer has asked for,
        or maintenance. An answer that waited for the lock may be older; so a port's state is asked again before it goes DOWN.

        go_on: whether events may still be applied. on_reset is called when the states of all objects have been applied.
        """
        self._conf = conf
        self._client = client
        self._lock = lock
        self._go_on = go_on
        self._on_reset = on_reset
        self.forget()

    def forget(self):
        """Begins anew with the state of everything: others may have followed meanwhile."""
        self._cursor = None
        self._left = {}

    def step(self, context):
        """Waits for events and applies them. Raises what the client and the database raise; the same events come again then."""
        after = {} if self._cursor is None else {'after': self._cursor}
        seconds = min(self._conf.event_wait, _RETRY_SECONDS) if self._left else self._conf.event_wait
        answer = self._client.call('events.get', timeout_seconds=seconds, **after)
        if not self._go_on():
            return
        live = {event['name']: event['live'] for event in answer['events'] if event['kind'] == 'host'}
        with self._lock:
            hosts.update(context, live)
        ports = {**self._left, **{event['port_id']: event['hosts'] for event in answer['events'] if event['kind'] == 'port'}}
        left = self._apply(context, ports)
        if left is None:
            return
        self._left = left
        self._cursor = answer['cursor']
        if answer['reset']:
            LOG.info('event=following_from_start hosts=%d ports=%d', len(live), len(ports))
            self._on_reset()

    def _apply(self, context, ports):
        """Returns those that could not be changed; None if this worker may not go on."""
        left = {}
        names = list(ports)
        for at in range(0, len(names), _SLICE):
            if not self._go_on():
                return None
            with self._lock:
                told = {name: ports[name] for name in names[at:at + _SLICE]}
                for port_id in status.apply_all(context, told, lambda port_id: status.wired_hosts(self._client, port_id)):
                    left[port_id] = ports[port_id]
        return left
