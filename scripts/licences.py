"""Compare the licences of all that Luwte ships or installs with what is allowed and with the table in the docs.

Allowed is what ALLOWED lists; the table is docs/dependencies.md. Run-time parts are checked with all they pull in.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.assets import read_list

ROOT = Path(__file__).resolve().parent.parent

# SPDX names. MIT-0 is MIT without the duty to name anybody. LGPL: only installed unmodified, which is what pip does.
# OFL-1.1: fonts.
ALLOWED = frozenset(
    "MIT MIT-0 MIT-CMU HPND BSD-2-Clause BSD-3-Clause Repoze ISC Zlib PSF-2.0 Apache-2.0 ZPL-2.1 0BSD Unlicense "
    "CC0-1.0 MPL-2.0 EUPL-1.2 OFL-1.1 LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later".split()
)

# How older packages write it, in their `License` field or their trove classifiers.
_OTHER_NAMES = {
    "apache 2": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd-derived (repoze)": "Repoze",
    "bsd-like (http://repoze.org/license.html)": "Repoze",
    "licenseref-repoze-bsd-derived": "Repoze",
    "mit license": "MIT",
    "repoze public license": "Repoze",
    "zope public license": "ZPL-2.1",
    "zpl 2.1": "ZPL-2.1",
}


def canonical(text: str) -> str:
    """Return the SPDX expression for what a package says of its licence."""
    return _OTHER_NAMES.get(text.strip().lower(), text.strip())


def licence_of(package: str) -> str:
    """Return the licence of an installed package as an SPDX expression; empty where it names none."""
    data = metadata.metadata(package)
    written = [*(data.get_all("License-Expression") or []), *_short_licences(data.get_all("License") or [])]
    classifiers = [line.split("::")[-1] for line in data.get_all("Classifier") or [] if line.startswith("License ::")]
    first_line = (metadata.distribution(package).read_text("licenses/LICENSE") or "").partition("\n")[0]
    return next((canonical(text) for text in [*written, *classifiers, first_line] if text), "")


def _short_licences(texts: list[str]) -> list[str]:
    # Some put the whole licence text there, or a placeholder.
    return [text for text in texts if len(text) < 60 and "\n" not in text and text != "UNKNOWN"]


def is_allowed(expression: str) -> bool:
    """Say whether an SPDX expression can be met by allowed licences alone: each AND part, one OR part.

    OR binds less than AND, and brackets hold as usual.
    """
    words = re.findall(r"\(|\)|[A-Za-z0-9.+-]+", expression)
    return bool(words) and _either(words) and not words


def _either(words: list[str]) -> bool:
    result = _both(words)
    while words and words[0] == "OR":
        words.pop(0)
        result = _both(words) or result
    return result


def _both(words: list[str]) -> bool:
    result = _one(words)
    while words and words[0] == "AND":
        words.pop(0)
        result = _one(words) and result
    return result


def _one(words: list[str]) -> bool:
    if not words:
        return False
    word = words.pop(0)
    if word != "(":
        return word in ALLOWED
    result = _either(words)
    return result and bool(words) and words.pop(0) == ")"


def locked(name: str) -> list[str]:
    """Return the names of all packages in a lock file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)))


def asked_for(name: str) -> Iterator[Requirement]:
    """Yield the requirements of an ``.in`` file."""
    for line in (ROOT / "requirements" / f"{name}.in").read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "-")):
            yield Requirement(line)


def not_allowed(packages: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each installed package whose licence is not allowed."""
    for package in packages:
        try:
            licence = licence_of(package)
        except metadata.PackageNotFoundError:
            continue  # of another platform or Python
        if not is_allowed(licence):
            yield f"{package} has the licence {licence or '(none named)'}, which is not allowed: choose another part."


def table(text: str) -> dict[str, tuple[str, str]]:
    """Read the rows ``| name | range | licence | why |`` of the docs: name to (range, licence)."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {row[0]: (row[1], row[2]) for row in rows if len(row) == 4 and row[3] and not set(row[0]) <= set("-: ")}


def expected_rows() -> dict[str, tuple[str, str]]:
    """Return what the table must say: every requirement, every vendored package."""
    rows: dict[str, tuple[str, str]] = {}
    for requirement in [*asked_for("run"), *asked_for("dev")]:
        try:
            licence = licence_of(requirement.name)
        except metadata.PackageNotFoundError:
            licence = "*"  # of another Python: take the table's word
        rows[_key(requirement.name)] = (str(requirement.specifier), licence)
    rows |= {_key(entry.package): (entry.version, entry.licence) for entry in read_list()}
    return rows


def _key(name: str) -> str:
    return name if "/" in name else canonicalize_name(name)


def table_faults(written: dict[str, tuple[str, str]], expected: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Yield a sentence for each row of the docs that is missing, wrong or left over."""
    where = "docs/dependencies.md"
    for name, (versions, licence) in expected.items():
        if name not in written:
            yield f"{where} has no row for {name}: add | {name} | {versions} | {licence} | why |."
            continue
        says = (_parts(written[name][0]), written[name][1])
        if says[0] != _parts(versions) or licence not in ("*", says[1]):
            yield f"{where} says of {name}: {written[name]}; it is {versions}, {licence}."
    for name in written.keys() - expected.keys():
        yield f"{where} has a row for {name}, which is not used: remove it."


def _parts(versions: str) -> frozenset[str]:
    return frozenset(versions.replace(" ", "").split(","))


def own_licence_faults() -> Iterator[str]:
    """Yield a sentence where Luwte's own licence is not said the same way everywhere."""
    text = (ROOT / "LICENSE").read_text("utf-8")
    if not all(f"## {number}. " in text for number in range(1, 16)) or "## Appendix" not in text:
        yield "LICENSE is not the whole text of the EUPL-1.2."
    if 'license="EUPL-1.2"' not in (ROOT / "setup.py").read_text("utf-8"):
        yield "setup.py does not say that Luwte's licence is EUPL-1.2."
    for path in sorted((ROOT / "plugins").glob("[!_]*/pyproject.toml")):
        licence = tomllib.loads(path.read_text("utf-8")).get("project", {}).get("license", "")
        if not is_allowed(licence):
            yield f"{path.relative_to(ROOT)} has the licence {licence!r}, which is not allowed."


def faults() -> list[str]:
    """Return a sentence for everything that does not fit."""
    vendored = [f"{e.file} has the licence {e.licence}: not allowed." for e in read_list() if not is_allowed(e.licence)]
    parts = not_allowed(sorted({*locked("run"), *(canonicalize_name(r.name) for r in asked_for("dev"))}))
    return [*parts, *vendored, *table_faults(_written(), expected_rows()), *own_licence_faults()]


def _written() -> dict[str, tuple[str, str]]:
    rows = table((ROOT / "docs" / "dependencies.md").read_text("utf-8"))
    return {_key(name): row for name, row in rows.items() if name != "name"}


def main() -> None:
    """Print what does not fit; the exit code says whether anything did."""
    found = faults()
    print("\n".join(found) or f"licences: {len(locked('run'))} run-time parts and all vendored files as allowed")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
