"""`luwte staff`: accounts from the command line."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from core.cli.staff import staff
from core.configuration import Configuration
from core.crypto import KeyRing
from core.errors import LuwteError
from core.identity.passphrase import entropy_bits, word_list
from core.identity.services.sign_in import SignedIn, SignInDesk
from core.testing.clocks import FixedClock
from core.testing.organisations import TwoTenants, add_tenant
from tests.core.cli.context import TestContext
from tests.core.identity.cheap import cheap_passwords

__all__ = ["cheap_passwords"]


class _Shell:
    """A command line on an installation."""

    def __init__(self, context: TestContext, tenants: TwoTenants) -> None:
        self.context, self.tenants = context, tenants

    def run(self, *words: str, typed: str = "") -> str:
        """What a command prints; its LuwteError comes out as it is."""
        result = CliRunner().invoke(staff, words, obj=self.context, input=typed, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    def fail(self, *words: str) -> str:
        """What a command prints that ends in a LuwteError."""
        result = CliRunner().invoke(staff, words, obj=self.context)
        assert isinstance(result.exception, LuwteError)
        return result.output

    def add(self, *more: str, typed: str = "") -> str:
        return self.run(
            "add", "--organisation", "a", "--name", "Noor", "--alias", "Noor", "--role", "helper", *more, typed=typed
        )

    def sign_in(self, password: str, name: str = "noor") -> Any:
        keys = KeyRing(self.context.home / "keys")
        desk = SignInDesk(self.context.installation().engine, keys, FixedClock())
        return desk.sign_in(self.tenants.a.id, name, password)


@pytest.fixture
def shell(configuration: Configuration, tenants: TwoTenants, cheap_passwords: None) -> Any:
    context = TestContext(configuration)
    yield _Shell(context, tenants)
    context.close()


def _phrase(output: str) -> str:
    line = next(line for line in output.splitlines() if line.startswith("Pass phrase: "))
    return line.removeprefix("Pass phrase: ")


def test_an_account_gets_a_phrase_of_our_words_that_signs_in(shell: _Shell) -> None:
    output = shell.add()
    assert set(_phrase(output).split()) <= set(word_list())
    assert f"{entropy_bits():.0f} bits" in output
    assert "noor can sign in at http://a-werk.localhost:6543" in output
    signed_in = shell.sign_in(_phrase(output))
    assert isinstance(signed_in, SignedIn)
    assert signed_in.identity.roles == {"helper"}


def test_a_typed_password_is_not_shown(shell: _Shell) -> None:
    output = shell.add("--ask-password", typed="nieuwe woorden samen\nnieuwe woorden samen\n")
    assert "nieuwe" not in output
    assert isinstance(shell.sign_in("nieuwe woorden samen"), SignedIn)


@pytest.mark.parametrize(
    "words, sentence",
    [
        (("add", "--organisation", "x", "--name", "n", "--alias", "N", "--role", "helper"), "no organisation x"),
        (
            ("add", "--organisation", "a", "--name", "n", "--alias", "N", "--role", "network_admin"),
            "does not exist here",
        ),
        (("add", "--organisation", "a", "--name", "n", "--alias", " ", "--role", "helper"), "alias must have"),
        (("disable", "--organisation", "a", "--name", "nemo"), "nobody with the sign-in name nemo"),
        (("password", "--organisation", "b", "--name", "noor"), "nobody with the sign-in name noor"),
        (("list", "--organisation", "x"), "no organisation x"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(shell: _Shell, words: tuple[str, ...], sentence: str) -> None:
    shell.add()
    with pytest.raises(LuwteError, match=sentence):
        shell.run(*words)


def test_a_second_account_with_the_name_is_refused_and_the_first_keeps_its_password(shell: _Shell) -> None:
    phrase = _phrase(shell.add())
    with pytest.raises(LuwteError, match="already somebody"):
        shell.add()
    words = ("add", "--organisation", "a", "--name", "noor", "--alias", "Noor", "--role", "helper")
    assert shell.fail(*words) == ""
    assert isinstance(shell.sign_in(phrase), SignedIn)


def test_listing_shows_roles_and_who_is_switched_off(shell: _Shell) -> None:
    shell.add("--role", "coordinator")
    shell.run("disable", "--organisation", "a", "--name", "noor")
    assert shell.run("list", "--organisation", "a") == "noor  Noor  coordinator, helper  (disabled)\n"
    assert shell.run("list", "--organisation", "b") == ""


def test_a_disabled_account_cannot_sign_in_until_it_is_enabled(shell: _Shell) -> None:
    phrase = _phrase(shell.add())
    shell.run("disable", "--organisation", "a", "--name", "noor")
    assert not isinstance(shell.sign_in(phrase), SignedIn)
    shell.run("disable", "--organisation", "a", "--name", "noor", "--enable")
    assert isinstance(shell.sign_in(phrase), SignedIn)


def test_roles_are_replaced(shell: _Shell) -> None:
    phrase = _phrase(shell.add())
    shell.run("roles", "--organisation", "a", "--name", "noor", "--role", "editor", "--role", "moderator")
    assert shell.sign_in(phrase).identity.roles == {"editor", "moderator"}


def test_a_new_password_takes_the_old_ones_place(shell: _Shell) -> None:
    old = _phrase(shell.add())
    new = _phrase(shell.run("password", "--organisation", "a", "--name", "noor"))
    assert not isinstance(shell.sign_in(old), SignedIn)
    assert isinstance(shell.sign_in(new), SignedIn)


def test_network_admins_are_staff_of_the_network(shell: _Shell) -> None:
    installation = shell.context.installation()
    add_tenant(installation.engine, "console", kind="network")
    installation.directory.refresh()
    words = ("--organisation", "console", "--name", "beheer", "--alias", "Beheer")
    with pytest.raises(LuwteError, match="does not exist here"):
        shell.run("add", *words, "--role", "helper")
    assert "http://console.localhost:6543" in shell.run("add", *words, "--role", "network_admin")


def test_the_keys_of_the_installation_are_not_needed_to_add_staff(shell: _Shell) -> None:
    shell.add()
    assert not Path(shell.context.home / "keys").exists()
