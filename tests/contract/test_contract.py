"""Every installed plugin keeps the contract. For the template see tests/tooling/test_plugin.py."""

from core.plugin_host.discovery import find_plugins
from core.testing.contract import contract_of

for _card in find_plugins():
    globals()[f"TestContractOf{_card.name.title()}"] = contract_of(_card.name)
