"""Tracing: one line per call, with plugin, hook, organisation and time, never arguments."""

import re
from textwrap import dedent

import pytest

from core.plugin_host.host import PluginHost
from core.plugin_host.tracing import VARIABLE, HookCall, listening
from core.testing.throwaway import Workshop
from tests.core.plugin_host.test_asking import BOTH

HOOKS = dedent("""
    from core.api import hookimpl

    @hookimpl
    def add_footer_links(request):
        return 1 / request

    @hookimpl
    def add_home_blocks(request):
        return ()
""")


def test_each_call_is_a_line_on_stderr(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    host = PluginHost([workshop.plugin("tea", HOOKS)])
    host.contributions("add_home_blocks", BOTH, request="a canary")
    host.contributions("add_footer_links", BOTH, request=0)
    host.collect("add_home_blocks", BOTH.plugins, request="a canary")
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r"\d+\.\d\d ms", "N ms", line) for line in lines] == [
        "luwte hooks: tea add_home_blocks luisterboom N ms",
        "luwte hooks: tea add_footer_links luisterboom N ms raised ZeroDivisionError",
        "luwte hooks: tea add_home_blocks - N ms",
    ]


def test_without_the_variable_nothing_is_printed(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    host = PluginHost([workshop.plugin("tea", HOOKS)])
    host.contributions("add_home_blocks", BOTH, request=1)
    assert capsys.readouterr().err == ""


def test_a_thread_can_listen_to_its_own_calls(workshop: Workshop) -> None:
    heard: list[HookCall] = []
    host = PluginHost([workshop.plugin("tea", HOOKS)])
    with listening(heard.append):
        host.contributions("add_home_blocks", BOTH, request=1)
        host.contributions("add_footer_links", BOTH, request=0)
    host.contributions("add_home_blocks", BOTH, request=1)
    assert [(call.plugin, call.hook, call.tenant, call.error) for call in heard] == [
        ("tea", "add_home_blocks", "luisterboom", ""),
        ("tea", "add_footer_links", "luisterboom", "ZeroDivisionError"),
    ]
    assert heard[1].began >= heard[0].began + heard[0].seconds, "each tells when it began, so that they can be nested"
