import sys

import pytest

from labclient.errors import WrongUse
from labclient.signing import qr_svg, qr_text


@pytest.mark.parametrize("draw", [qr_svg, qr_text])
def test_an_installation_without_qr_codes_says_what_to_do_instead(
    draw: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    assert callable(draw)
    with pytest.raises(WrongUse, match="read its code over the phone"):
        draw("text")
