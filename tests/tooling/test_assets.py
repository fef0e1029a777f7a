"""The list of vendored files: true for what lies here, and a sentence for each fault."""

from pathlib import Path

import pytest

from scripts import assets

LIST = """# head
[[file]]
package = "leaf"
version = "1.0.0"
path = "leaf.css"
file = "leaf/leaf.css"
licence = "MIT"
changes = []
sha256_package = ""
sha256 = "{sha256}"

[[file]]
package = "leaf"
version = "1.0.0"
path = "LICENSE"
file = "leaf/LICENSE"
licence = "MIT"
changes = []
sha256_package = ""
sha256 = "{sha256}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "leaf").mkdir()
    for name in ("leaf.css", "LICENSE"):
        (tmp_path / "leaf" / name).write_bytes(b"x")
    (tmp_path / "vendor.toml").write_text(LIST.format(sha256=assets.digest(b"x")), "utf-8")
    return tmp_path


def test_vendored_files_are_as_listed() -> None:
    assert assets.faults() == []


def test_true_list_has_no_fault(folder: Path) -> None:
    assert assets.faults(folder) == []


def test_changed_file_is_found(folder: Path) -> None:
    (folder / "leaf" / "leaf.css").write_bytes(b"y")
    assert "is not the file that vendor.toml names" in assets.faults(folder)[0]


def test_missing_and_unlisted_files_are_found(folder: Path) -> None:
    (folder / "leaf" / "leaf.css").rename(folder / "leaf" / "stray.css")
    missing, stray = assets.faults(folder)
    assert "leaf.css is missing" in missing
    assert "stray.css is not listed" in stray


def test_package_without_licence_text_is_found(folder: Path) -> None:
    text = (folder / "vendor.toml").read_text("utf-8")
    (folder / "vendor.toml").write_text(text.replace('path = "LICENSE"', 'path = "README"'), "utf-8")
    assert "leaf lies here without its licence text." in assets.faults(folder)


def test_written_list_reads_back(folder: Path) -> None:
    entries = assets.read_list(folder)
    assets.write_list(entries, folder)
    assert assets.read_list(folder) == entries
    assert (folder / "vendor.toml").read_text("utf-8").startswith("# head\n")


def test_has_is_taken_out_of_style_sheets() -> None:
    sheet = (
        "a:is(b, c),\nlabel:has(input) {\n  top: 0;\n}\n@media print {\n  p:has(> b) { left: 0 }\n  i { right: 0 }\n}\n"
    )
    ours = assets.without_has(sheet)
    assert ":has(" not in ours.partition("*/")[2]
    assert "a:is(b, c) {\n  top: 0;\n}" in ours
    assert "left: 0" not in ours
    assert "i { right: 0 }" in ours


def test_source_map_line_is_taken_out() -> None:
    assert assets.without_source_map("a();\n//# sourceMappingURL=a.js.map\n") == "a();\n"
