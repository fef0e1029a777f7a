"""`luwte tenants`: organisations to and from their folders on the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli.tenants import tenants
from core.configuration import Configuration
from core.crypto import KeyRing
from core.hookspecs.values import Setting
from core.settings.secrets import store_secret
from core.tenancy.folder import read_tenants
from core.tenancy.session import tenant_session
from tests.core.cli.context import TestContext
from tests.core.tenancy.demo import demo_tenants


@pytest.fixture
def context(configuration: Configuration) -> Iterator[TestContext]:
    made = TestContext(configuration)
    yield made
    made.close()


def run(context: TestContext, *words: str) -> list[str]:
    result = CliRunner().invoke(tenants, words, obj=context, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_import_list_and_export(context: TestContext, tmp_path: Path) -> None:
    demo = demo_tenants(tmp_path, context.installation().plugins.plugins)
    on = {tenant.slug: ", ".join(sorted(tenant.plugins)) for tenant in read_tenants(demo)}
    slugs = list(on)
    assert run(context, "import", str(demo)) == [f"New: {', '.join(slugs)}."]
    assert run(context, "import", str(demo)) == ["Nothing to change."]

    lines = run(context, "list")
    assert [line.split()[0] for line in lines] == sorted([*slugs, "console"])
    told = f"luisterboom  live  Luisterboom  http://luisterboom.localhost:6543  {on['luisterboom']}".strip()
    assert any(line.startswith(told) for line in lines)

    out = tmp_path / "out"
    assert run(context, "export", str(out), "luisterboom") == [str(out / "luisterboom")]
    assert run(context, "export", str(tmp_path / "all")) == [str(tmp_path / "all" / slug) for slug in sorted(slugs)]
    assert run(context, "import", str(tmp_path / "all")) == ["Nothing to change."]


def test_secrets_do_not_travel_and_are_named(context: TestContext, tmp_path: Path) -> None:
    installation = context.installation()
    run(context, "import", str(demo_tenants(tmp_path, (), "luisterboom", "vlechtwerk")))
    installation.directory.refresh()
    tenant, key = installation.directory.by_slug("luisterboom"), Setting("key", str, "", "For sending.", secret=True)
    assert tenant is not None
    with tenant_session(installation.engine, tenant.id) as session, session.begin():
        store_secret(session, KeyRing(tmp_path / "keys"), "telegraph", key, "hush-hush")
    said = run(context, "export", str(tmp_path / "out"), "luisterboom", "vlechtwerk")
    assert said == [
        str(tmp_path / "out" / "luisterboom"),
        "    left out, because they are secret: telegraph.key",
        str(tmp_path / "out" / "vlechtwerk"),
    ]
    toml = (tmp_path / "out" / "luisterboom" / "tenant.toml").read_text("utf-8")
    assert toml.startswith(
        "# Left out, because they are secret; set them anew where this is imported:\n#   telegraph.key\n\n"
    )
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"hush-hush" not in written
    assert run(context, "import", str(tmp_path / "out")) == ["Nothing to change."]
