"""What every plugin must keep to: declarations, tables, isolation, headers, texts, accessibility."""

from core.testing.contract import contract_of

TestContract = contract_of("noticeboard")
