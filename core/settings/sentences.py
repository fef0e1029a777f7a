"""What is wrong with a value, in the words of whoever typed it."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from core.i18n.translator import Translator

_Say = Callable[[Translator, Mapping[str, Any]], str]


def fault_sentence(t: Translator, error: Exception, text: str) -> str:
    """One sentence for what was typed; it never repeats the value, which may be secret."""
    if not isinstance(error, ValidationError):
        return _unfit(t)
    detail = error.errors(include_url=False, include_input=False)[0]
    if not text.strip():
        return t("settings.fault.empty", "Fill this in.")
    say = _SENTENCES.get(detail["type"])
    sentence = say(t, detail.get("ctx", {})) if say else _unfit(t)
    line = _line(detail)
    return t("settings.fault.line", "Line {n}: {sentence}", n=line, sentence=sentence) if line else sentence


def _line(detail: ErrorDetails) -> int | None:
    """Which line of several is meant."""
    numbers = [part for part in detail["loc"] if isinstance(part, int)]
    return numbers[0] + 1 if numbers else None


def _unfit(t: Translator) -> str:
    return t("settings.fault.unfit", "This does not fit here. The explanation above says what does.")


def _whole(t: Translator, _: Mapping[str, Any]) -> str:
    return t("settings.fault.whole", "Give a whole number, such as 5.")


def _number(t: Translator, _: Mapping[str, Any]) -> str:
    return t("settings.fault.number", "Give a number, such as 5.")


def _at_least(t: Translator, said: Mapping[str, Any]) -> str:
    return t("settings.fault.at_least", "Give {limit} or more.", limit=said["ge"])


def _at_most(t: Translator, said: Mapping[str, Any]) -> str:
    return t("settings.fault.at_most", "Give {limit} or less.", limit=said["le"])


def _more(t: Translator, said: Mapping[str, Any]) -> str:
    return t("settings.fault.more", "Give more than {limit}.", limit=said["gt"])


def _less(t: Translator, said: Mapping[str, Any]) -> str:
    return t("settings.fault.less", "Give less than {limit}.", limit=said["lt"])


def _short(t: Translator, said: Mapping[str, Any]) -> str:
    return t.plural(
        "settings.fault.short", "Write at least {n} character.", "Write at least {n} characters.", n=said["min_length"]
    )


def _long(t: Translator, said: Mapping[str, Any]) -> str:
    return t.plural(
        "settings.fault.long", "Write {n} character at most.", "Write {n} characters at most.", n=said["max_length"]
    )


def _few(t: Translator, said: Mapping[str, Any]) -> str:
    return t.plural("settings.fault.few", "Give at least {n} line.", "Give at least {n} lines.", n=said["min_length"])


def _many(t: Translator, said: Mapping[str, Any]) -> str:
    return t.plural("settings.fault.many", "Give {n} line at most.", "Give {n} lines at most.", n=said["max_length"])


def _choose(t: Translator, _: Mapping[str, Any]) -> str:
    return t("settings.fault.choose", "Choose one of the options.")


_SENTENCES: Mapping[str, _Say] = {
    "int_parsing": _whole,
    "int_from_float": _whole,
    "int_type": _whole,
    "float_parsing": _number,
    "decimal_parsing": _number,
    "greater_than_equal": _at_least,
    "less_than_equal": _at_most,
    "greater_than": _more,
    "less_than": _less,
    "string_too_short": _short,
    "string_too_long": _long,
    "too_short": _few,
    "too_long": _many,
    "literal_error": _choose,
    "enum": _choose,
    "bool_parsing": _choose,
}
"""By pydantic's name of the error."""
