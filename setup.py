"""The distribution ``luwte``: core, plugins, their data, and where other programs enter.

Every folder ``plugins/<name>/`` with a ``plugin.toml`` becomes an entry point of the group ``luwte.plugins``, so that
a plugin is found the same way whether it lies here or comes in a distribution of its own.
"""

import tomllib
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).resolve().parent
DATA = ["*.toml", "*.txt", "py.typed", "templates/**", "static/**", "locale/**", "migrations/**"]


def plugin_folders() -> list[Path]:
    """Return the folders of plugins; one whose name starts with ``_`` is a template, not a plugin."""
    cards = sorted((ROOT / "plugins").glob("[!_]*/plugin.toml"))
    return [card.parent for card in cards]


def plugin_packages(folder: Path) -> list[str]:
    """Return a plugin's packages, its tests left out."""
    name = f"plugins.{folder.name}"
    inner = find_packages(str(folder), exclude=["tests", "tests.*"])
    return [name, *(f"{name}.{package}" for package in inner)]


def plugin_entry_point(folder: Path) -> str:
    """Return ``name = module`` as the plugin's card gives them."""
    card = tomllib.loads((folder / "plugin.toml").read_text("utf-8"))
    return f"{card['name']} = {card['entry_point']}"


def requirements() -> list[str]:
    """Return the run-time requirements, comments left out."""
    lines = (ROOT / "requirements" / "run.in").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


setup(
    name="luwte",
    version="0.1.0",
    description="Anonymous online help, shared by a network of welfare organisations",
    license="EUPL-1.2",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    # A named folder makes the editable install a plain path entry, which type checkers can follow too.
    package_dir={"": "."},
    packages=[
        *find_packages(include=["core", "core.*"]),
        *(package for folder in plugin_folders() for package in plugin_packages(folder)),
    ],
    package_data={"": DATA},
    exclude_package_data={"": ["*.pyc"]},
    install_requires=requirements(),
    entry_points={
        "paste.app_factory": ["main = core.app:main"],
        "paste.server_factory": ["embedded = core.cli.embedded:server_factory"],
        "console_scripts": ["luwte = core.cli.main:main"],
        "luwte.plugins": [plugin_entry_point(folder) for folder in plugin_folders()],
    },
    zip_safe=False,
)
