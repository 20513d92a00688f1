"""The troubles of a connection that carry something: the bytes that did arrive stay with the exception."""

from labclient.errors import LinkTimeout, LinkTrouble, ReplyInvalid
from labclient.words import Message


class NoReply(LinkTimeout):
    """No complete answer in time; `raw` is what had arrived."""

    def __init__(self, raw: bytes, sentence: Message, step: Message | None = None) -> None:
        super().__init__(sentence, step)
        self.raw = raw


class Overrun(NoReply):
    """What an instrument sent by itself lay unread for so long that some of it may be lost."""


class BadReply(ReplyInvalid):
    """An answer that cannot be believed; `raw` is all of it."""

    def __init__(self, raw: bytes, sentence: Message, step: Message | None = None) -> None:
        super().__init__(sentence, step)
        self.raw = raw


class SettingRefused(LinkTrouble):
    """The instrument did not take a setting, or reports an error after the set-up."""


class NeedsResync(LinkTrouble):
    """The last exchange failed: until `Device.resync` succeeds an answer could belong to an older question."""


class Sending(LinkTrouble):
    """The device was asked while it sends a reading by itself: `Device.stop` comes first."""


class NotConnected(LinkTrouble):
    """The device was asked before `Device.connect`, or after `Device.close`."""
