"""A checkpoint drawn as a QR code: the same text gives the same picture, on paper and in a terminal."""

from xml.etree import ElementTree

from labclient.signing import qr_squares, qr_svg, qr_text

NOTE = "labclient/notebook/x\n1234\n" + "A" * 44 + "\n\n— labclient-bench " + "B" * 92 + "\n"


def test_a_checkpoint_is_drawn_as_a_picture_and_as_text() -> None:
    svg = qr_svg(NOTE)
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    lines = qr_text(NOTE).splitlines()
    side = int(root.attrib["viewBox"].split()[2])
    assert {len(line) for line in lines} == {side}
    squares = qr_squares(NOTE)
    assert side == len(squares) + 8  # four modules of margin on each side
    assert squares[0][:8] == bytes([1] * 7 + [0])  # the corner that a camera looks for
    assert svg == qr_svg(NOTE)
    assert svg != qr_svg(NOTE + "x")
