"""Reads the developers' page as a test compares it: one line a step, indented by what it lies within."""

import re
from html import unescape

_PART = re.compile(
    r'(<ol class="bare way")|(</ol>)|class="way-kind">([^<]*)</span> <code>([^<]*)</code>(.*?)</p>', re.DOTALL
)
_REQUEST = re.compile(r"<details(.*?)</details>", re.DOTALL)
_RAISED = re.compile(r"</svg>([^<]*)</span>")


def ways_on(page: str) -> list[str]:
    """The requests on the page, the newest first, as HTML."""
    return _REQUEST.findall(page)


def steps_of(way: str) -> list[str]:
    """The steps of a request: `  Hook chat.add_start_action`, and ` !` with the words for it where one raised."""
    lines, depth = [], -1
    for opens, closes, kind, name, rest in _PART.findall(way):
        depth += bool(opens) - bool(closes)
        if kind:
            raised = _RAISED.search(rest)
            fault = f" ! {raised[1]}" if raised else ""
            lines.append(f"{'  ' * max(depth, 0)}{kind} {' '.join(unescape(name).split())}{fault}")
    return lines
