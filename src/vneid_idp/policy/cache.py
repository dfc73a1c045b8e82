"""The policy in process memory: no request of the hot path reads it, and a publication reaches every worker."""

from vneid_idp.kernel.clock import SECOND, Clock, Instant
from vneid_idp.policy import store
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Database

_KEPT: Instant = 3 * SECOND


class PolicyCache:
    """What was published, as of at most three seconds ago.

    Every three seconds one process asks how many publications there are, and reads the rows when that has changed. What
    it gives is the same value until then, so that what a day's rules are is worked out once. What is published here is
    seen at once: the database tells of it.
    """

    def __init__(self, clock: Clock, db: Database) -> None:
        self._clock = clock
        self._db = db
        self._policy: Policy | None = None
        self._publications = 0
        self._changes = 0
        self._asked_at: Instant = 0
        db.on_write(store.MADE_OF, self._forget)

    async def current(self) -> Policy:
        """The policy. One needs no unit, and asks before opening one."""
        now = self._clock.now()
        # Also never from the future: the sandbox's clock can be turned back.
        if self._policy is not None and 0 <= now - self._asked_at < _KEPT:
            return self._policy
        known, changes = self._policy, self._changes
        async with self._db.reading() as unit:
            publications = await store.count_published(unit)
            if known is None or publications != self._publications:
                known = await store.published(unit)
        if changes == self._changes:  # else what was read may be older than what was forgotten meanwhile
            self._policy, self._publications, self._asked_at = known, publications, now
        return known

    def _forget(self) -> None:
        self._changes += 1
        self._policy = None
