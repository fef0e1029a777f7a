"""What a page costs a browser, and a server its machine."""

from pathlib import Path

from playwright.sync_api import Page


def wire_bytes(page: Page, address: str) -> dict[str, int]:
    """Opens a page in a browser that has nothing in its cache; gives what came over the line for each address."""
    session = page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on("Network.responseReceived", lambda it: addresses.update({it["requestId"]: it["response"]["url"]}))
    session.on("Network.loadingFinished", lambda it: sizes.update({it["requestId"]: int(it["encodedDataLength"])}))
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(address, wait_until="networkidle")
    session.detach()
    return {addresses.get(name, name): size for name, size in sizes.items()}


def memory_of(pid: int) -> int:
    """Bytes that a process and all its children hold, shared pages counted by their share (PSS)."""
    total = 0
    for process in _tree(pid):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total * 1024


def _tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            found += _tree(int(child))
    return found
