"""What plugins cost the requests that ask them, and who is not asked for a while because of it."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from threading import get_ident
from time import perf_counter, sleep
from typing import Literal

BUDGET = 2.0
"""Seconds that a plugin may take for one answer within a request.

Far more than an answer needs: a busy machine must never cost a visitor the button that leads to a human.
"""
FAULTS = 3
"""So many faults…"""
WITHIN = 300.0
"""…in so many seconds…"""
PAUSE = 300.0
"""…and the plugin is not asked this for so many."""

HANGS = 5.0
"""A call that takes so many budgets is no slow answer: one is enough for a pause, whatever the occasion."""
LONGEST_PAUSE = 3600.0
"""Each time that it hangs again right after its pause, the next one is twice as long, up to this."""
SEATS = 2
"""Threads that may be in one plugin at a time; a page that finds them taken waits, for the budget at most.

So a plugin that hangs takes some of the threads that answer pages, never all of them.
"""

LAST = 512
"""Answers of a plugin on an occasion whose times are kept, for what is usual: mean and slowest are of all."""

NEVER_PAUSED = frozenset({"add_start_action"})
"""Occasions whose faults are reported and never cost more than the one answer: here it is the way to a human.

Hanging alone pauses them: where one takes the threads of all, there is no way to a human for anybody.
"""
REALTIME = "realtime"
"""Stands for all that a plugin does over sockets."""

What = Literal["raised", "over budget", "paused", "asked again"]


@dataclass(frozen=True, slots=True)
class BudgetNews:
    """Something that an administrator should know: which plugin, on which occasion, for whom, and the kind of fault.

    `kind` is the error's type, never its text, which may hold what people wrote.
    """

    what: What
    plugin: str
    occasion: str
    tenant: str
    milliseconds: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """How one plugin does on one occasion since the process began, for the administrator's page and the metrics."""

    plugin: str
    occasion: str
    calls: int
    faults: int
    over_budget: int
    mean_milliseconds: float
    median_milliseconds: float
    """Of its last answers (`LAST`), as is the next one: half of them came within so many."""
    p95_milliseconds: float
    """95 of 100 came within so many."""
    slowest_milliseconds: float
    last_fault: str
    paused_for: float
    """Seconds until it is asked again; 0: it is asked."""


Inside = dict[int, tuple["Account", float]]
"""The threads that are in a plugin at this moment: on which occasion, since when. All its accounts share it."""


class Account:
    """The figures of one plugin on one occasion, kept by the thread that asks."""

    __slots__ = ("calls", "faults", "hangs", "inside", "last_fault", "note", "occasion", "over_budget",
                 "paused_until", "plugin", "recent", "seconds", "slowest", "times")  # fmt: skip

    def __init__(self, plugin: str, occasion: str, inside: "Inside") -> None:
        self.plugin, self.occasion, self.inside = plugin, occasion, inside
        self.hangs = 0  # how often it hung since its last answer in time
        self.calls = self.faults = self.over_budget = 0
        self.seconds = self.slowest = self.paused_until = 0.0
        self.last_fault = ""
        self.recent: deque[float] = deque(maxlen=FAULTS)
        self.times: deque[float] = deque(maxlen=LAST)
        self.note = self.times.append  # called for each answer: looked up once

    def line(self, now: float) -> BudgetLine:
        """The figures as they are now."""
        times = sorted(self.times)
        return BudgetLine(
            self.plugin,
            self.occasion,
            self.calls,
            self.faults,
            self.over_budget,
            1000 * self.seconds / max(1, self.calls),
            1000 * _within(times, 0.5),
            1000 * _within(times, 0.95),
            1000 * self.slowest,
            self.last_fault,
            max(0.0, self.paused_until - now),
        )


def _within(times: Sequence[float], share: float) -> float:
    """The shortest time within which this share of the answers came (nearest rank), of times in order."""
    return times[ceil(share * len(times)) - 1] if times else 0.0


class Budgets:
    """All accounts of a process, and whoever wants to hear of faults."""

    def __init__(self, seconds: float = BUDGET, clock: Callable[[], float] = perf_counter) -> None:
        """`seconds`: what one answer may take. The clock must be the one that measures the calls."""
        self.seconds, self.clock = seconds, clock
        self._accounts: dict[tuple[str, str], Account] = {}
        self._inside: dict[str, Inside] = {}
        self._hearers: list[Callable[[BudgetNews], None]] = []
        self._lock = threading.Lock()

    def account(self, plugin: str, occasion: str) -> Account:
        """The account of a plugin on an occasion; made at the first question."""
        known = self._accounts.get((plugin, occasion))
        if known is None:
            fresh = Account(plugin, occasion, self._inside.setdefault(plugin, {}))
            known = self._accounts.setdefault((plugin, occasion), fresh)
        return known

    def hear(self, hearer: Callable[[BudgetNews], None]) -> None:
        """From now on tells `hearer` each fault and pause, in the thread that asks; it must not raise."""
        self._hearers.append(hearer)

    def lines(self) -> tuple[BudgetLine, ...]:
        """All accounts as they are now, by plugin and occasion."""
        now = self.clock()
        return tuple(account.line(now) for _, account in sorted(self._accounts.items()))

    def may_ask(self, account: Account, tenant: str) -> bool:
        """Whether this thread may ask the plugin now: it is not paused, and does not hang in another thread."""
        if self.is_paused(account, tenant):
            return False
        return get_ident() in account.inside or self._finds_a_seat(account, tenant)

    def is_paused(self, account: Account, tenant: str) -> bool:
        """Whether it is not asked now. One whose pause is over is asked again."""
        if account.paused_until > self.clock():
            return True
        if account.paused_until:
            self.resume(account, tenant)
        return False

    def _finds_a_seat(self, account: Account, tenant: str) -> bool:
        """Waits for one. False as soon as a call lasts longer than the budget: nobody joins a plugin that hangs."""
        while inside := [*account.inside.values()]:
            other, since = min(inside, key=lambda one: one[1])
            lasts = self.clock() - since
            if lasts > self.seconds:
                if lasts > HANGS * self.seconds and not other.paused_until:
                    self.took(other, tenant, lasts)
                return False
            if len(inside) < SEATS:
                break
            sleep(0.001)
        return True

    def resume(self, account: Account, tenant: str) -> None:
        """The pause is over: the plugin is asked again, with a clean sheet. One that hung must answer in time now."""
        account.paused_until = 0.0
        account.recent.clear()
        self._tell(BudgetNews("asked again", account.plugin, account.occasion, tenant, 0.0))

    def took(self, account: Account, tenant: str, seconds: float, *, pause: bool = True) -> None:
        """Judges how long a call took, or takes so far: one of a plugin that hung before, or that is over budget."""
        if seconds <= self.seconds:
            account.hangs = 0
        elif seconds > HANGS * self.seconds or account.hangs:
            self.hung(account, tenant, seconds)
        else:
            account.over_budget += 1
            self._fault(account, _slow(account, tenant, seconds), pause)

    def slow(self, account: Account, tenant: str, seconds: float) -> None:
        """Reports what took longer than the budget where nothing pauses for it."""
        account.over_budget += 1
        self._tell(_slow(account, tenant, seconds))

    def hung(self, account: Account, tenant: str, seconds: float, first_pause: float = PAUSE) -> None:
        """It hung, or hangs still: it is not asked for a while, each time twice as long. `first_pause`: seconds."""
        account.over_budget += 1
        account.hangs += not account.paused_until  # one that was noticed while it lasted counts once
        pause = min(LONGEST_PAUSE, first_pause * 2.0 ** max(0, account.hangs - 1))
        self._fault(account, _slow(account, tenant, seconds), pause=True, at_once=pause)

    def raised(self, account: Account, tenant: str, took: float, error: BaseException, *, pause: bool = True) -> None:
        """No answer came."""
        kind = type(error).__name__
        news = BudgetNews("raised", account.plugin, account.occasion, tenant, 1000 * took, kind)
        account.last_fault = kind
        account.faults += 1
        self._fault(account, news, pause)

    def _fault(self, account: Account, news: BudgetNews, pause: bool, *, at_once: float = 0.0) -> None:
        self._tell(news)
        now = self.clock()
        with self._lock:
            account.recent.append(now)
            many = len(account.recent) == FAULTS and now - account.recent[0] <= WITHIN
            may_pause = pause and account.occasion not in NEVER_PAUSED
            if not (at_once or (many and may_pause)) or account.paused_until:
                return
            account.paused_until = now + (at_once or PAUSE)
        self._tell(BudgetNews("paused", account.plugin, account.occasion, news.tenant, news.milliseconds, news.kind))

    def _tell(self, news: BudgetNews) -> None:
        for hearer in self._hearers:
            hearer(news)


def _slow(account: Account, tenant: str, seconds: float) -> BudgetNews:
    return BudgetNews("over budget", account.plugin, account.occasion, tenant, 1000 * seconds)
