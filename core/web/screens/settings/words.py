"""How settings are put in words: labels from the plugin's own translations, values, and who stands behind them."""

import json
from dataclasses import dataclass

from core.hookspecs.values import Setting
from core.i18n.settings import default_label
from core.i18n.translator import Translator
from core.settings.controls import Control, shown
from core.settings.desk import Item, Seat
from core.tenancy.settings import Standing


@dataclass(frozen=True, slots=True)
class Words:
    """Puts settings at a seat in words. Texts have the keys `<plugin>.setting.<name>`, `….help` and `….<option>`."""

    t: Translator
    seat: Seat

    def label(self, item: Item) -> str:
        """The heading of the field."""
        english = item.setting.label or default_label(item.name)
        return self.t(f"{item.plugin}.setting.{item.name}", english)

    def help(self, item: Item) -> str:
        """What the setting does, and what fits."""
        return self.t(f"{item.plugin}.setting.{item.name}.help", item.setting.help)

    def options(self, item: Item) -> list[tuple[str, str]]:
        """The options of a choice: the value that the form sends, and what people read."""
        return [(option, self._option(item.plugin, item.setting, option)) for option in item.control.options]

    def value(self, item: Item, standing: Standing) -> str:
        """A value in words, such as "Yes"."""
        text = shown(item.setting, standing.value)
        return self._said(item.plugin, item.setting, item.control, text) or self.t("settings.nothing", "nothing")

    def _said(self, plugin: str, setting: Setting, control: Control, text: str) -> str:
        if control.kind == "yes_no":
            return self._option(plugin, setting, "true" if text else "false")
        if control.kind == "choice":
            return self._option(plugin, setting, text)
        return ", ".join(text.split("\n"))

    def _option(self, plugin: str, setting: Setting, option: str) -> str:
        known = {
            "true": self.t("settings.yes", "Yes"),
            "false": self.t("settings.no", "No"),
            "null": self.t("settings.no_choice", "No choice"),
        }
        if option in known:
            return known[option]
        name = str(json.loads(option))
        return self.t(f"{plugin}.setting.{setting.name}.{name}", default_label(name))

    def source(self, level: int | None) -> str:
        """Whose value it is."""
        if level is None:
            return self.t("settings.the_default", "the default")
        return self.seat.name(level)

    def locker(self, item: Item) -> str:
        """Who can change what is locked here."""
        level = item.standing.locked_by
        network = self.seat.above[-1].name if self.seat.above else self.seat.tenant.name
        return self.seat.name(level) if level else network
