"""Prove one promise, or all that are built: ``python -m scripts.promise P1``, ``… all``.

A promise is built when pyproject.toml has its marker. Its proof is every test with that marker; nothing may be left
out. The last line says what was tried and found.
"""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "promises"


class Summary(TypedDict, total=False):
    """What the tests of a promise hand over (see conftest.py)."""

    passed: int
    failed: list[str]
    findings: list[str]


def built(root: Path = ROOT) -> dict[str, str]:
    """Return the promises that have a proof, ``{"P1": "no stored …"}``, in order of their number."""
    markers = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]["markers"]
    pairs = [marker.split(": ", 1) for marker in markers if marker.startswith("promise_p")]
    texts = {f"P{name.removeprefix('promise_p')}": text for name, text in pairs}
    return dict(sorted(texts.items(), key=lambda pair: int(pair[0][1:])))


def prove(name: str, text: str) -> tuple[bool, str]:
    """Run the tests of one promise; return whether it holds, and the line that says what was tried and found."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{name}.json"
    report.unlink(missing_ok=True)
    environment = {**os.environ, "LUWTE_PROMISE_REPORT": str(report), "LUWTE_NOTHING_SKIPPED": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-m", f"promise_{name.lower()}"]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    summary: Summary = json.loads(report.read_text("utf-8")) if report.exists() else {}
    return code == 0, closing_line(name, text, code, summary)


def closing_line(name: str, text: str, code: int, summary: Summary) -> str:
    """Say in one line how a promise's tests ended."""
    failed, findings = summary.get("failed", []), summary.get("findings", [])
    if code == 5:
        return f"{name} ({text}): no test proves it yet."
    if code:
        return f"{name} ({text}) DOES NOT HOLD: {len(failed)} failed: {', '.join(failed) or 'see above'}."
    found = "; ".join(findings) or "no test said what it tried"
    return f"{name} ({text}) holds: {summary.get('passed')} tests passed. Tried and found: {found}."


def main() -> None:
    """Prove the promises that are named."""
    wanted, known = sys.argv[1:], built()
    names = list(known) if wanted == ["all"] else wanted
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise SystemExit(f"Not built yet: {', '.join(unknown) or 'nothing named'}. Built: {', '.join(known)}.")
    results = [prove(name, known[name]) for name in names]
    print(*(line for _, line in results), sep="\n")
    sys.exit(0 if all(holds for holds, _ in results) else 1)


if __name__ == "__main__":
    main()
