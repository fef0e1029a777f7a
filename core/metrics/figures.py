"""The figures, collected at the moment that somebody asks: nothing is kept up in between."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from core.events.backlog import Waiting
from core.installation import Installation
from core.plugin_host.budgets import LAST, BudgetLine
from core.tenancy.session import network_session
from core.worker.models import JobLease

HOOK = ["plugin", "occasion"]
_LAST_ONES = f"its last {LAST} answers"


def figures_of(installation: Installation) -> CollectorRegistry:
    """All figures of this process, in a registry of their own."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Figures(installation))
    return registry


class _Figures(Collector):
    """What plugins cost, who is not asked for a while, which events wait, which jobs fail."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def describe(self) -> Iterable[Metric]:
        """Nothing is looked up before somebody asks."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Asked at each look."""
        yield from _hooks(self._installation.plugins.budgets.lines())
        yield from _events(self._installation.backlog.lines())
        for name, value in sorted(self._installation.gauges.items()):
            yield GaugeMetricFamily(f"luwte_{name}", "What this part of the process tells of itself.", value=value())
        yield GaugeMetricFamily(
            "luwte_plugins_left_out",
            "Plugins that were left out at the start.",
            value=len(self._installation.plugins.left_out),
        )
        yield GaugeMetricFamily(
            "luwte_jobs_failing", "Jobs whose last run failed, once for each organisation.", value=self._failing()
        )

    def _failing(self) -> int:
        with network_session(self._installation.engine, "metrics", writes=False) as session, session.begin():
            return session.scalars(select(func.count()).select_from(JobLease).where(JobLease.failures > 0)).one()


def _hooks(lines: Iterable[BudgetLine]) -> Iterable[Metric]:
    calls = CounterMetricFamily("luwte_hook_calls", "Times that a plugin was asked.", labels=HOOK)
    faults = CounterMetricFamily("luwte_hook_faults", "Times that it raised.", labels=HOOK)
    slow = CounterMetricFamily("luwte_hook_over_budget", "Times that it took too long.", labels=HOOK)
    seconds = CounterMetricFamily("luwte_hook_seconds", "Time that its answers took.", labels=HOOK)
    median = GaugeMetricFamily("luwte_hook_median_seconds", f"Half of {_LAST_ONES} were quicker.", labels=HOOK)
    p95 = GaugeMetricFamily("luwte_hook_p95_seconds", f"95 of 100 of {_LAST_ONES} were quicker.", labels=HOOK)
    slowest = GaugeMetricFamily("luwte_hook_slowest_seconds", "Its slowest answer.", labels=HOOK)
    paused = GaugeMetricFamily("luwte_hook_paused", "1 while it is not asked.", labels=HOOK)
    for line in lines:
        names = [line.plugin, line.occasion]
        calls.add_metric(names, line.calls)
        faults.add_metric(names, line.faults)
        slow.add_metric(names, line.over_budget)
        seconds.add_metric(names, line.calls * line.mean_milliseconds / 1000)
        median.add_metric(names, line.median_milliseconds / 1000)
        p95.add_metric(names, line.p95_milliseconds / 1000)
        slowest.add_metric(names, line.slowest_milliseconds / 1000)
        paused.add_metric(names, 1 if line.paused_for else 0)
    return calls, faults, slow, seconds, median, p95, slowest, paused


def _events(lines: Iterable[Waiting]) -> Iterable[Metric]:
    waiting = GaugeMetricFamily("luwte_events_waiting", "Events still to be told to a plugin.", labels=["plugin"])
    aside = GaugeMetricFamily("luwte_events_set_aside", "Events that nobody tries to tell any more.", labels=["plugin"])
    for line in lines:
        waiting.add_metric([line.plugin], line.waiting)
        aside.add_metric([line.plugin], line.set_aside)
    return waiting, aside
