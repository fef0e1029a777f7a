"""A database that cannot be used is said in one sentence, before anything else happens."""

from pathlib import Path

import pytest

from core.database.engine import make_engine
from core.database.usable import ensure_usable
from core.errors import LuwteError
from core.testing.database import Database


def refusal(url: str) -> str:
    engine = make_engine(url)
    with pytest.raises(LuwteError) as refused:
        ensure_usable(engine)
    engine.dispose()
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_usable_one_passes(database: Database) -> None:
    ensure_usable(database.engine)


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever runs the tests may be root, who may write anywhere.
    monkeypatch.setattr("core.database.usable.os.access", lambda path, mode: path != tmp_path)
    assert refusal(f"sqlite:///{tmp_path}/luwte.db").startswith(f"{tmp_path} cannot be written by this user")


def test_a_file_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "luwte.db"
    file.touch()
    monkeypatch.setattr("core.database.usable.os.access", lambda path, mode: path != file)
    assert refusal(f"sqlite:///{file}").startswith(f"{file} cannot be written by this user")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "luwte.db").write_text("rubbish" * 200)
    assert "cannot be used as a database: put back a copy of it that is whole" in refusal(
        f"sqlite:///{tmp_path}/luwte.db"
    )


def test_a_server_that_does_not_answer_without_its_password() -> None:
    said = refusal("postgresql+psycopg://luwte:geheim@127.0.0.1:1/luwte")
    assert "does not answer or refuses this role: start it, or mend its address" in said
    assert "geheim" not in said
