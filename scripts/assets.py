"""Keep the vendored files true: ``make assets`` fetches them anew, ``--check`` compares them with their hashes.

The list is ``core/web/static/vendor/vendor.toml``; packages come by ``npm pack``, which checks what it fetches.
"""

import hashlib
import json
import re
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "core" / "web" / "static" / "vendor"


@dataclass(frozen=True, slots=True)
class VendoredFile:
    """One file of a package: where it comes from, where it lies, what was changed, and its hashes."""

    package: str
    version: str
    path: str
    file: str
    licence: str
    changes: list[str] = field(default_factory=list)
    sha256_package: str = ""
    sha256: str = ""


def read_list(folder: Path = VENDOR) -> list[VendoredFile]:
    """Read the list of vendored files."""
    entries = tomllib.loads((folder / "vendor.toml").read_text("utf-8"))["file"]
    return [VendoredFile(**entry) for entry in entries]


def without_has(text: str) -> str:
    """Take every selector with ``:has`` out of a style sheet, and rules that keep no selector.

    A browser that does not know one selector of a list drops the whole rule, so that the others would suffer too.
    """

    def keep(rule: re.Match[str]) -> str:
        selectors, body = rule.groups()
        if ":has(" not in selectors:
            return rule.group()
        rest = [part for part in re.split(r",(?![^()]*\))", selectors) if ":has(" not in part]
        return f"{','.join(rest).rstrip()} {body}" if rest else "\n"

    note = "/* Changed by Luwte: selectors with :has are left out; phones on the floor do not know them. */\n"
    return note + re.sub(r"([^{}]+)(\{[^{}]*\})", keep, text)


def without_source_map(text: str) -> str:
    """Take out the line that points to a source map: that file is not shipped."""
    return re.sub(r"^//# sourceMappingURL=.*\n?", "", text, flags=re.MULTILINE)


def as_argon2id_worker(text: str) -> str:
    """Make a worker of hash-wasm's Argon2: one script, because what a worker loads besides would need its own rights.

    It answers one message (phrase, salt, memory in KiB, passes, lanes) with 32 bytes, or with `failed`.
    """
    answer = """
/* Added by Luwte: answers its page's one message. */
self.onmessage = function (event) {
  var asked = event.data;
  self.hashwasm
    .argon2id({
      password: asked.phrase, salt: asked.salt, memorySize: asked.memory, iterations: asked.passes,
      parallelism: asked.lanes, hashLength: 32, outputType: "binary",
    })
    .then(
      function (bytes) { self.postMessage({ bytes: bytes }); },
      function () { self.postMessage({ failed: true }); }
    );
};
"""
    return text.rstrip("\n") + answer


CHANGES: dict[str, Callable[[str], str]] = {
    "no :has": without_has,
    "no source map": without_source_map,
    "Argon2id worker": as_argon2id_worker,
}


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's content in hex."""
    return hashlib.sha256(content).hexdigest()


def changed(entry: VendoredFile, content: bytes) -> bytes:
    """Return a package's file as it lies here."""
    text = content.decode("utf-8")
    for name in entry.changes:
        text = CHANGES[name](text)
    return text.encode("utf-8")


def faults(folder: Path = VENDOR) -> list[str]:
    """Say in a sentence each what does not fit between the list and the folder."""
    entries = read_list(folder)
    found = []
    for entry in entries:
        file = folder / entry.file
        if not file.is_file():
            found.append(f"{file} is missing: run `make assets`.")
        elif digest(file.read_bytes()) != entry.sha256:
            found.append(f"{file} is not the file that vendor.toml names: run `make assets`, never edit it by hand.")
    listed = {entry.file for entry in entries} | {"vendor.toml"}
    lying = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    found += [f"{folder / name} is not listed in vendor.toml: list it, or remove it." for name in lying - listed]
    licensed = {entry.package for entry in entries if "LICEN" in entry.path.upper()}
    found += [f"{e.package} lies here without its licence text." for e in entries if e.package not in licensed]
    return found


def fetch(package: str, version: str, folder: Path) -> Path:
    """Fetch a package with npm and return its archive."""
    from scripts.node import run_npm

    folder.mkdir(parents=True)
    print(f"{package} {version}", flush=True)
    command = ("pack", "--ignore-scripts", "--pack-destination", str(folder), f"{package}@{version}")
    if run_npm(*command, folder=folder, quiet=True):
        raise SystemExit(f"npm could not fetch {package} {version}: is that version right, and is there a network?")
    return next(folder.glob("*.tgz"))


def refresh() -> None:
    """Fetch every package of the list, write its files and their hashes."""
    entries = read_list()
    with tempfile.TemporaryDirectory() as name:
        archives: dict[tuple[str, str], Path] = {}
        for entry in entries:
            key = (entry.package, entry.version)
            if key not in archives:
                archives[key] = fetch(*key, Path(name) / str(len(archives)))
        written = [place(entry, archives[entry.package, entry.version]) for entry in entries]
    write_list(written)


def place(entry: VendoredFile, archive: Path) -> VendoredFile:
    """Write one file of an archive to its place; return its entry with the hashes."""
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"package/{entry.path}")
        if member is None:
            raise SystemExit(f"{entry.package} {entry.version} has no file {entry.path}.")
        content = member.read()
    ours = changed(entry, content)
    target = VENDOR / entry.file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(ours)
    values = {name: getattr(entry, name) for name in VendoredFile.__slots__}
    return VendoredFile(**{**values, "sha256_package": digest(content), "sha256": digest(ours)})


def write_list(entries: list[VendoredFile], folder: Path = VENDOR) -> None:
    """Write the list anew under its own head of comments."""
    path = folder / "vendor.toml"
    head = path.read_text("utf-8").partition("[[file]]")[0]
    blocks = []
    for entry in entries:
        # JSON strings and lists of strings are TOML too.
        lines = [f"{name} = {json.dumps(getattr(entry, name))}" for name in VendoredFile.__slots__]
        blocks.append("\n".join(["[[file]]", *lines]) + "\n")
    path.write_text(head + "\n".join(blocks), "utf-8")


def main() -> None:
    """Refresh, or with ``--check`` compare only."""
    if "--check" not in sys.argv:
        refresh()
    found = faults()
    if found:
        raise SystemExit("\n".join(found))
    print(f"vendored files: {len(read_list())} as listed")


if __name__ == "__main__":
    main()
