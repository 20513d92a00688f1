"""Where an instrument may be: each source is asked apart, for three seconds at most, and none can hinder the others."""

from collections.abc import Callable
from threading import Thread

from labclient.words import Message, message

_PATIENCE_S = 3.0


def found_addresses() -> tuple[list[str], list[Message]]:
    """The addresses found, and a sentence for each source that did not answer."""
    sources: dict[str, Callable[[], list[str]]] = {"serial": _serial_ports, "VISA": _visa_resources}
    asked = {name: _Asked(name, source) for name, source in sources.items()}
    found: list[str] = []
    silent: list[Message] = []
    for one in asked.values():
        one.thread.join(_PATIENCE_S)
        found += [address for address in one.found if address not in found]
        if one.trouble is not None:
            silent.append(one.trouble)
        elif one.thread.is_alive():
            silent.append(message("{name}: no answer within {seconds} s", name=one.name, seconds=_PATIENCE_S))
    return found, silent


class _Asked:
    """One source, asked in a thread that nobody waits for longer than it may take."""

    def __init__(self, name: str, source: Callable[[], list[str]]) -> None:
        self.name = name
        self.found: list[str] = []
        self.trouble: Message | None = None
        self._source = source
        self.thread = Thread(target=self._ask, name=f"find-{name}", daemon=True)
        self.thread.start()

    def _ask(self) -> None:
        try:
            self.found = self._source()
        except Exception as error:  # noqa: BLE001 - vendors' libraries raise whatever they like; it is told, and others go on
            self.trouble = message("{name}: {reason}", name=self.name, reason=str(error) or type(error).__name__)


def _serial_ports() -> list[str]:
    from serial.tools.list_ports import comports

    return sorted(port.device for port in comports())


def _visa_resources() -> list[str]:
    import warnings

    from pyvisa import ResourceManager

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sorted(one for one in ResourceManager().list_resources("?*") if not one.startswith("ASRL"))
