"""Where backups lie and how long they stay. What is in them: core/database/dump.py and core/privacy/backing_up.py."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

_NAME = re.compile(r"luwte-(\d{8}-\d{6})\.backup")
_MOMENT = "%Y%m%d-%H%M%S"


def name_of(moment: datetime) -> str:
    """The name of a backup of this moment; it says when the backup's time is over."""
    return f"luwte-{moment.astimezone(UTC):{_MOMENT}}.backup"


def made_at(path: Path) -> datetime | None:
    """The moment in a backup's name; None for a file of another name."""
    match = _NAME.fullmatch(path.name)
    return datetime.strptime(match[1], _MOMENT).replace(tzinfo=UTC) if match else None


def backups_in(folder: Path) -> Iterator[tuple[datetime, Path]]:
    """Every backup in a folder that has a name of ours, with its moment."""
    for path in folder.glob("luwte-*.backup"):
        moment = made_at(path)
        if moment is not None:
            yield moment, path


def forget_backups(folder: Path, before: datetime) -> int:
    """Delete backups of that moment and older; gives how many. Files of other names are left alone."""
    old = [path for moment, path in backups_in(folder) if moment <= before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
