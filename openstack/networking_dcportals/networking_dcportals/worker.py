"""The process that delivers the journal, follows dcportald's events and repairs differences, one among all Neutron servers at a time.

neutron-server starts it (get_workers of the driver) as a process of its own. neutron-rpc-server, which accompanies the API under uwsgi,
starts no plugin's workers, so there each RPC worker runs the same jobs beside its own (start_in_rpc_workers), and ends them with its own. All
of them stand by for one lease. The jobs are threads, green ones where Neutron has patched threading: one renews the lease, three work, each
with a connection of its own.
"""
import threading
import time

from neutron import service
from neutron import worker
from neutron_lib.callbacks import events
from neutron_lib.callbacks import registry
from neutron_lib.callbacks import resources
from neutron_lib import context as n_context
from oslo_log import log as logging

from networking_dcportals import client
from networking_dcportals import deliver
from networking_dcportals import follow
from networking_dcportals import lease
from networking_dcportals import maintenance
from networking_dcportals import status

LOG = logging.getLogger(__name__)

LEASE = 'worker'
# How long one that stands by waits until it looks again whether it has the lease.
_STANDBY_SECONDS = 0.2
# Between two questions for events: what happens meanwhile comes as one answer.
_FOLLOW_PAUSE_SECONDS = 0.02
# The follower asks so often at least whether dcportald is back, and wakes the others, whose pauses may be long by then.
_RETRY_SECONDS = 5
# How long stop() waits for a delivery that is under way before it gives the lease away.
_STOP_SECONDS = 2


class Jobs:
    """The threads. start() and stop() are called once, from one thread of the process in which they run."""

    def __init__(self, conf):
        self._conf = conf
        self._lease = lease.Lease(LEASE, conf.lease_seconds)
        # One of deliverer, follower and maintenance acts at a time, so that none works with a state that another has just outdated.
        self._acting = threading.Lock()
        self._stopping = threading.Event()
        self._compare = threading.Event()
        self._wakes = []  # one Event for each job: its pause is over
        self._deliverer = deliver.Deliverer(conf, client.Client(conf), status.apply_known)
        self._follower = follow.Follower(conf, client.Client(conf), self._acting, self._may_go_on, self._compare.set)
        self._maintenance = maintenance.Maintenance(client.Client(conf), self._acting, self._may_go_on)
        self._compared_at = None

    def start(self):
        self._lease_thread = self._spawn('lease', self._keep_lease)
        for name, step, standby in (('deliver', self._deliver, None), ('follow', self._follow, self._follower.forget),
                                    ('maintain', self._maintain, None)):
            self._spawn(name, self._run, name, step, standby)

    def stop(self):
        """Ends soon: nothing is delivered any more when it returns. Threads that wait for an answer end with the process."""
        self._stopping.set()
        self._wake_all()
        acting = self._acting.acquire(timeout=_STOP_SECONDS)
        try:
            self._lease_thread.join(_STOP_SECONDS)
            self._lease.release()
        except Exception as error:
            LOG.warning('event=lease_not_released text="%s"; it expires in %.0f s', error, self._conf.lease_seconds)
        finally:
            if acting:
                self._acting.release()

    @staticmethod
    def _spawn(name, target, *args):
        thread = threading.Thread(target=target, args=args, name='dcportals-' + name, daemon=True)
        thread.start()
        return thread

    def _may_go_on(self):
        return self._lease.held() and not self._stopping.is_set()

    def _keep_lease(self):
        while not self._stopping.is_set():
            try:
                self._lease.acquire()
            except Exception as error:
                LOG.warning('event=lease_not_renewed text="%s"', error)
            self._stopping.wait(self._lease.seconds / 4)

    def _run(self, name, step, standby):
        """Calls step() as often as it asks for, while the lease is held."""
        failures = 0
        why = None
        wait = 0
        wake = threading.Event()
        self._wakes.append(wake)
        while True:
            wake.wait(wait)
            wake.clear()
            if self._stopping.is_set():
                return
            if not self._lease.held():
                if standby:
                    standby()
                wait = _STANDBY_SECONDS
                continue
            try:
                wait = step(n_context.get_admin_context())
                if failures:
                    LOG.info('job=%s event=works_again failures=%d', name, failures)
                    self._wake_all()
                failures, why = 0, None
            except client.ConnectionLost as error:
                (LOG.debug if str(error) == why else LOG.warning)('job=%s event=connection_lost text="%s"', name, error)
                why = str(error)
                wait = min(self._back_off(failures), _RETRY_SECONDS if name == 'follow' else self._conf.retry_max)
                failures += 1
            except Exception:
                LOG.exception('job=%s event=failed', name)
                wait = self._back_off(failures)
                failures += 1

    def _wake_all(self):
        for wake in self._wakes:
            wake.set()

    def _back_off(self, failures):
        return min(self._conf.retry_max, self._conf.retry_min * 2 ** min(failures, 30))

    def _deliver(self, context):
        with self._acting:
            return self._deliverer.step(context) if self._may_go_on() else 0

    def _follow(self, context):
        self._follower.step(context)
        return _FOLLOW_PAUSE_SECONDS

    def _maintain(self, context):
        due = self._compared_at is not None and time.monotonic() - self._compared_at >= self._conf.maintenance_interval
        if self._compare.is_set() or due:
            self._compare.clear()
            try:
                self._maintenance.step(context)
            except Exception:
                self._compare.set()
                raise
            self._compared_at = time.monotonic()
        return _STANDBY_SECONDS


class DcportalsWorker(worker.NeutronBaseWorker):
    """For the driver's get_workers(). Made before Neutron forks, it touches nothing until it is started."""

    def __init__(self, conf):
        super().__init__()
        self._conf = conf
        self._jobs = None
        self.asked_for = False

    @property
    def worker_process_count(self):
        # Neutron asks when it is about to start workers, before it forks the first.
        self.asked_for = True
        return super().worker_process_count

    def start(self, name='neutron-server', desc='dcportals worker'):
        super().start(name, desc)
        self._jobs = Jobs(self._conf)
        self._jobs.start()

    def stop(self):
        # The parent's copy is stopped too, and was never started.
        jobs, self._jobs = self._jobs, None
        if jobs:
            jobs.stop()

    def wait(self):
        """Returns at once: the process stays until it is told to stop, and then waits for nothing."""

    def reset(self):
        """On SIGHUP: options are read when they are used."""


def start_in_rpc_workers(own):
    """Has the jobs run in the RPC workers of a Neutron server that does not start `own`, the DcportalsWorker of this process's driver.

    To be called while the driver is initialized; under uwsgi, where nothing is forked, it does nothing.
    """
    running = []

    def after_init(resource, event, trigger, payload=None):
        started = getattr(trigger, '__self__', None)
        if type(started) is service.RpcWorker and not own.asked_for and not running:
            running.append(Jobs(own._conf))
            running[0].start()
            _end_with(started, running[0])

    registry.subscribe(after_init, resources.PROCESS, events.AFTER_INIT)
    return after_init


def _end_with(rpc_worker, jobs):
    """Neutron tells nobody that a worker is told to stop, so its method is wrapped: without that, the lease would have to expire first."""
    stop = rpc_worker.stop

    def stop_both():
        jobs.stop()
        stop()
    rpc_worker.stop = stop_both
