"""When an interval that began at an instant is over, as the Civil Code counts (91/2015/QH13, Articles 147 and 148).

Hours run to the minute. Of days the one on which something happens does not count: they run from the next, and are over
when the last of them is, at midnight in Viet Nam. So sixty days from 15 April are over with 14 June, and what is due
then is due from the first moment of the 15th, the day that carriers announced. That a last day which is a holiday would
make the next working day the last one (Article 148.5) is not applied: the 14th of that June was a Sunday.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import count, islice

from vneid_idp.kernel.clock import HOUR, Instant, local_date, midnight
from vneid_idp.policy.intervals import Holiday, TimeUnit

_SATURDAY = 5
_DAY = timedelta(days=1)


class Calendar:
    """Which days are working days: Monday to Friday, but for the holidays."""

    def __init__(self, holidays: Iterable[Holiday]) -> None:
        """Of two rows for one day the later stands."""
        self._off: Mapping[date, bool] = {holiday.day: holiday.day_off for holiday in holidays}

    def is_working_day(self, day: date) -> bool:
        """Whether people work on a day."""
        return not self._off.get(day, day.weekday() >= _SATURDAY)

    def after(self, since: Instant, amount: int, unit: TimeUnit) -> Instant:
        """The first instant at which an interval that began at `since` is over. No hours at all are over at once."""
        match unit:
            case TimeUnit.HOURS:
                return since + amount * HOUR
            case TimeUnit.DAYS:
                return midnight(local_date(since) + (amount + 1) * _DAY)
            case TimeUnit.WORKING_DAYS:
                return midnight(next(islice(self._working_days_after(local_date(since)), amount - 1, None)) + _DAY)

    def _working_days_after(self, day: date) -> Iterator[date]:
        days = (day + number * _DAY for number in count(1))
        return (each for each in days if self.is_working_day(each))
