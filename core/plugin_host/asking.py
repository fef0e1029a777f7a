"""Asking plugins on an occasion, in the three ways that there are: see `PluginHost`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import get_ident
from typing import Any, NamedTuple, Protocol, cast

from core.database.deadline import Deadline, put_in_force
from core.hookspecs.values import Refusal
from core.plugin_host.answers import Shape
from core.plugin_host.budgets import Account, Budgets
from core.plugin_host.tracing import HookCall, Trace, traces

CANNOT_BE_ASKED = Refusal("core.cannot_be_asked", "This is not possible right now. Please try again in a moment.")
"""What somebody gets to read when a plugin that may refuse them fails to answer."""


class Organisation(Protocol):
    """An organisation, as far as asking needs to know it."""

    @property
    def slug(self) -> str:
        """Its short name."""

    @property
    def plugins(self) -> frozenset[str]:
        """The plugins that it has switched on."""


class Contribution(NamedTuple):
    """What one plugin added: a value, or a tuple or mapping of them where the occasion asks for several."""

    plugin: str
    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """A plugin that gave no answer: it raised just now, or is not asked for a while."""

    plugin: str
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One plugin's implementation of an occasion, with its account."""

    plugin: str
    function: Callable[..., Any]
    names: tuple[str, ...] | None
    """The arguments that it takes; None: all that there are."""
    shape: Shape
    account: Account

    def answer(self, arguments: dict[str, Any]) -> Any:
        """Asks."""
        if self.names is None:
            return self.function(**arguments)
        return self.function(**{name: arguments[name] for name in self.names})


class Asker:
    """Asks the plugins of an organisation, measures, and remembers who is not asked for a while."""

    def __init__(self, budgets: Budgets, trace: Trace | None) -> None:
        """`trace` hears of every call; None: nobody does, but whoever listens in this thread."""
        self.budgets, self._trace = budgets, trace

    def all_of(self, asks: Sequence[Ask], slug: str, arguments: dict[str, Any]) -> list[Any]:
        """Everybody's answer without None. The first error goes up; only a plugin that hung is left out for a while."""
        answers = []
        for ask in asks:
            answer = self._told(ask, slug, arguments)
            if answer is not None:
                answers.append(answer)
        return answers

    def _told(self, ask: Ask, slug: str, arguments: dict[str, Any]) -> Any:
        before, account = self.budgets.clock(), ask.account
        if account.paused_until and self.budgets.is_paused(account, slug):
            return None  # it hung: else whoever tells it would hang too
        me, seat = get_ident(), (account, before)
        stood = account.inside.setdefault(me, seat) is seat
        try:
            answer = ask.answer(arguments)
        except BaseException as error:
            self._raised(ask, slug, before, error, pause=False)
            raise
        finally:
            if stood:
                del account.inside[me]
        self._look_closer(ask, slug, before, self._note(account, before), traces(self._trace), pause=False)
        return answer

    def apart(self, asks: Sequence[Ask], slug: str, arguments: dict[str, Any]) -> list[Contribution | Failed]:
        """Each answer by itself, errors too; within the budget, and without those that are not asked for a while."""
        deadline, trace = Deadline(self.budgets.seconds), traces(self._trace)
        outer = put_in_force(deadline)
        try:
            found = [self._within_budget(ask, deadline, trace, slug, arguments) for ask in asks]
        finally:
            put_in_force(outer)
        return [answer for answer in found if answer is not None]

    def first_refusal(self, asks: Sequence[Ask], slug: str, arguments: dict[str, Any]) -> Refusal | None:
        """The first refusal; a plugin that fails to answer refuses too, until it is not asked for a while."""
        deadline, trace = Deadline(self.budgets.seconds), traces(self._trace)
        outer = put_in_force(deadline)
        try:
            for ask in asks:
                answer = self._within_budget(ask, deadline, trace, slug, arguments)
                if isinstance(answer, Contribution):
                    return cast(Refusal, answer.value)
                if answer is not None and not answer.paused:
                    return CANNOT_BE_ASKED
        finally:
            put_in_force(outer)
        return None

    def _within_budget(
        self, ask: Ask, deadline: Deadline, trace: Trace | None, slug: str, arguments: dict[str, Any]
    ) -> Contribution | Failed | None:
        """The innermost piece, run some dozens of times for a page: what it does not need, it does not do."""
        account, inside, clock, me = ask.account, ask.account.inside, self.budgets.clock, get_ident()
        if (inside or account.paused_until) and not self.budgets.may_ask(account, slug):
            return Failed(ask.plugin, paused=True)
        before = clock()
        deadline.until = before + deadline.limit
        stood = me not in inside
        if stood:
            inside[me] = (account, before)
        try:
            answer = ask.function(**arguments) if ask.names is None else ask.answer(arguments)
            value = ask.shape(ask.plugin, answer)
            if deadline.connections:
                deadline.settle(went_well=True)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - told below; one plugin may not take the page
            deadline.settle(went_well=False)
            self._raised(ask, slug, before, error)
            return Failed(ask.plugin)
        finally:
            if stood:
                del inside[me]
        # As in _note, which costs a call more
        took = clock() - before
        account.calls += 1
        account.seconds += took
        account.note(took)
        if took > account.slowest or took > deadline.limit or account.hangs or trace is not None:
            self._look_closer(ask, slug, before, took, trace)
        return None if value is None else Contribution(ask.plugin, value)

    def _look_closer(
        self, ask: Ask, slug: str, before: float, took: float, trace: Trace | None, *, pause: bool = True
    ) -> None:
        """What an answer in the usual time does not need."""
        account = ask.account
        account.slowest = max(account.slowest, took)
        if took > self.budgets.seconds or account.hangs:
            self.budgets.took(account, slug, took, pause=pause)
        if trace is not None:
            trace(HookCall(ask.plugin, account.occasion, slug, before, took, ""))

    def _note(self, account: Account, before: float) -> float:
        """Writes down how long a call took."""
        took = self.budgets.clock() - before
        account.calls += 1
        account.seconds += took
        account.note(took)
        account.slowest = max(account.slowest, took)
        return took

    def _raised(self, ask: Ask, slug: str, before: float, error: BaseException, *, pause: bool = True) -> None:
        account = ask.account
        took = self._note(account, before)
        self.budgets.raised(account, slug, took, error, pause=pause)
        if (trace := traces(self._trace)) is not None:
            trace(HookCall(ask.plugin, account.occasion, slug, before, took, type(error).__name__))
