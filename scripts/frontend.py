"""Check the scripts and styles that browsers get: ESLint, TypeScript over JSDoc types, Stylelint.

The tools are pinned in ``frontend/package-lock.json`` and run on the Node of the development environment.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

from scripts.node import run_node, run_npm

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
MODULES = FRONTEND / "node_modules"
STAMP = MODULES / ".luwte-stamp"
STATIC = "core/web/static"
OLDEST_LIBRARY = ["ES2021", "DOM", "DOM.Iterable"]


def install() -> None:
    """Install the pinned tools where that is not done yet."""
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text("utf-8") == lock:
        return
    print("Installing the front end's checks (frontend/package-lock.json)", flush=True)
    if run_npm("ci", folder=FRONTEND, quiet=True):
        raise SystemExit("The front end's checks could not be installed: is there a network?")
    STAMP.write_text(lock, "utf-8")


def static_folders() -> list[str]:
    """Return the folders whose files browsers see side by side under one address, relative to the repository."""
    plugins = sorted(ROOT.glob("plugins/*/static"))
    return [STATIC, *(folder.relative_to(ROOT).as_posix() for folder in plugins)]


def lay_out(tree: Path, folders: list[str]) -> list[Path]:
    """Lay our static folders side by side as browsers see them, by links; types stand in for vendored scripts.

    Returns our own scripts in that tree.
    """
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    owners = [owner for folder in folders for owner in sorted((ROOT / folder).iterdir()) if owner.name != "vendor"]
    for owner in owners:
        (tree / owner.name).symlink_to(owner)
    (tree / "vendor").symlink_to(FRONTEND / "types" / "vendor")
    return [tree / owner.name / file.relative_to(owner) for owner in owners for file in sorted(owner.rglob("*.js"))]


def typescript_config(files: list[Path]) -> dict[str, object]:
    """Return TypeScript's settings, as strict as they go, for the language of the oldest browsers."""
    return {
        "compilerOptions": {
            "allowJs": True,
            "checkJs": True,
            "lib": OLDEST_LIBRARY,
            "module": "ESNext",
            "moduleResolution": "bundler",
            "noEmit": True,
            "noFallthroughCasesInSwitch": True,
            "noImplicitReturns": True,
            "noUnusedLocals": True,
            "noUnusedParameters": True,
            "paths": {"socket.io-client": [str(MODULES / "socket.io-client")]},
            "preserveSymlinks": True,
            "skipLibCheck": True,
            "strict": True,
            "target": "ES2021",
            "types": [],
        },
        "files": [str(file) for file in files],
    }


def check_types() -> int:
    """Run TypeScript over our own scripts; return the exit code."""
    folder = ROOT / "build" / "frontend"
    files = lay_out(folder / "static", static_folders())
    if not files:
        return 0
    config = folder / "tsconfig.json"
    config.write_text(json.dumps(typescript_config(files), indent=1), "utf-8")
    return run_node(str(MODULES / "typescript" / "bin" / "tsc"), "--project", str(config))


def check_scripts() -> int:
    """Run ESLint over all scripts, vendored ones too; return the exit code."""
    eslint = str(MODULES / "eslint" / "bin" / "eslint.js")
    config = str(FRONTEND / "eslint.config.js")
    return run_node(eslint, "--config", config, "--no-error-on-unmatched-pattern", *static_folders())


def check_styles() -> int:
    """Run Stylelint over all style sheets, vendored ones too; return the exit code."""
    stylelint = str(MODULES / "stylelint" / "bin" / "stylelint.mjs")
    options = ("--config", str(FRONTEND / "stylelint.config.js"), "--config-basedir", str(FRONTEND))
    sheets = [f"{folder}/**/*.css" for folder in static_folders()]
    return run_node(stylelint, *options, "--allow-empty-input", *sheets)


def main() -> None:
    """Run all three; fail if one of them found something."""
    if "--clean" in sys.argv:
        shutil.rmtree(MODULES, ignore_errors=True)
    install()
    sys.exit(max(check_scripts(), check_types(), check_styles()))


if __name__ == "__main__":
    main()
