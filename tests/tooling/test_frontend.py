"""The checks of scripts and styles bite: each rule of the house, and the oldest browsers."""

import json
import subprocess
from pathlib import Path

import pytest

from scripts import frontend, node

GOOD_SCRIPT = "export const say = (text) => (document.title ?? '') + text?.trim();"
GOOD_SHEET = "p { margin: 0; color: var(--ink); }"

BAD_SCRIPTS = [
    ("document.body.innerHTML = location.hash;", "turns text into markup"),
    ("document.body.insertAdjacentHTML('beforeend', location.hash);", "turns text into markup"),
    ("document.write('x');", "'document.write' is restricted"),
    ("export const a = crypto.randomUUID();", "Missing in Safari 14"),
    ("export const a = structuredClone({});", "Missing in Safari 14"),
    ("export const a = [1].at(-1);", "at() is missing in Safari 14"),
    ("export const a = document.querySelector('p:has(b)');", "does not know :has()"),
    ("await fetch('/x');", "Parsing error"),
    ("export class A { #b() {} }", "Parsing error"),
    ("export const a = new BroadcastChannel('x');", "BroadcastChannel is not supported"),
    ("new Notification('x');", "silent"),
    ("navigator.vibrate(1);", "silent"),
    ("localStorage.setItem('a', 'b');", "Nothing may stay on the device"),
    ("eval('1');", "no-eval"),
    ("console.log(1);", "no-console"),
]
BAD_SHEETS = [
    ("p:has(b) { color: red; }", "has"),
    ("@layer a { p { color: red; } }", "layer"),
    ("p { color: red; b { color: blue; } }", "css-nesting"),
    ("p { background: url(http://example.org/x.png); }", "http"),
    ("@import 'other.css';", "import"),
    ("p { display: flex; gap: 1rem; }", "flexbox-gap"),
    ("p { colour: red; }", "property-no-unknown"),
]


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    frontend.install()


def findings(folder: Path, texts: list[str], ending: str, command: list[str]) -> dict[str, str]:
    """Run a tool once over a file per text; return what it says of each text."""
    static = folder / "core" / "web" / "static" / "core"
    static.mkdir(parents=True)
    files = {static / f"tried{at}{ending}": text for at, text in enumerate(texts)}
    for file, text in files.items():
        file.write_text(text + "\n", "utf-8")
    done = subprocess.run([str(node.program()), *command], cwd=folder, capture_output=True, text=True, check=False)
    # ESLint reports to one channel, Stylelint to the other.
    reports = json.loads(done.stdout if done.stdout.startswith("[") else done.stderr)
    said = {Path(report.get("filePath") or report["source"]).name: report for report in reports}
    keys = ("messages", "warnings")
    return {text: "".join(json.dumps(said[file.name].get(key, [])) for key in keys) for file, text in files.items()}


@pytest.fixture(scope="module")
def said_of_scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What ESLint says of each script."""
    eslint, config = frontend.MODULES / "eslint" / "bin" / "eslint.js", frontend.FRONTEND / "eslint.config.js"
    command = [str(eslint), "--config", str(config), "--format", "json", "core"]
    texts = [text for text, _ in BAD_SCRIPTS] + [GOOD_SCRIPT]
    return findings(tmp_path_factory.mktemp("scripts"), texts, ".js", command)


@pytest.fixture(scope="module")
def said_of_sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What Stylelint says of each style sheet."""
    stylelint, config = frontend.MODULES / "stylelint" / "bin" / "stylelint.mjs", frontend.FRONTEND
    options = ["--config", str(config / "stylelint.config.js"), "--config-basedir", str(config), "--formatter", "json"]
    texts = [text for text, _ in BAD_SHEETS] + [GOOD_SHEET]
    return findings(tmp_path_factory.mktemp("sheets"), texts, ".css", [str(stylelint), *options, "core/**/*.css"])


@pytest.mark.parametrize("text,expected", BAD_SCRIPTS)
def test_script_rule_bites(said_of_scripts: dict[str, str], text: str, expected: str) -> None:
    assert expected in said_of_scripts[text]


@pytest.mark.parametrize("text,expected", BAD_SHEETS)
def test_style_rule_bites(said_of_sheets: dict[str, str], text: str, expected: str) -> None:
    assert expected in said_of_sheets[text]


def test_what_is_plain_is_fine(said_of_scripts: dict[str, str], said_of_sheets: dict[str, str]) -> None:
    assert said_of_scripts[GOOD_SCRIPT] == "[][]"
    assert said_of_sheets[GOOD_SHEET] == "[][]"


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with one core folder, one plugin and types in place of the vendored script."""
    for name in ("core/web/static/core", "plugins/tea/static/tea", "frontend/types/vendor"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "core/web/static/core/line.js").write_text("export const open = (/** @type {string} */ a) => a;\n")
    (tmp_path / "frontend/types/vendor/thing.d.ts").write_text("export declare const thing: number;\n")
    monkeypatch.setattr(frontend, "ROOT", tmp_path)
    monkeypatch.setattr(frontend, "FRONTEND", tmp_path / "frontend")
    return tmp_path / "plugins/tea/static/tea/page.js"


def test_types_hold_across_core_plugin_and_vendored_script(planted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    planted.write_text(
        'import { open } from "../core/line.js";\nimport { thing } from "../vendor/thing.js";\nopen("a" + thing);\n',
        "utf-8",
    )
    assert frontend.check_types() == 0, capfd.readouterr().out


def test_wrong_type_is_found(planted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    planted.write_text('import { open } from "../core/line.js";\nopen(1);\n', "utf-8")
    assert frontend.check_types() != 0
    assert "not assignable to parameter of type 'string'" in capfd.readouterr().out


def test_name_that_the_oldest_browsers_miss_is_found(planted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    planted.write_text("export const last = [1].findLast(Boolean);\n", "utf-8")
    assert frontend.check_types() != 0
    assert "findLast" in capfd.readouterr().out
