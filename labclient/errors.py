"""The troubles a technician may meet, as one tree.

Expected trouble carries a sentence and, where there is one, the next step; both are said in the reader's language.
Anything outside this tree is a bug and ends in a crash report.

Trouble
├── Refused               the rules say no (exit code 1)
│   ├── GateClosed        the plan or the state of the participation forbids it
│   ├── BrokenOff         a person ended a run before it was complete
│   ├── NotVerified       a signature, digest or proof does not hold
│   ├── PassphraseWrong   a key does not open with what was typed
│   └── NotSettled        a check ended without a pass
├── WrongUse              the request itself is wrong (exit code 2)
│   ├── EntryInvalid      a field of an entry is missing or not what it should be
│   ├── PlanInvalid       a plan or trust list says something impossible
│   ├── ModelInvalid      a measurement model is not an expression of its inputs
│   ├── DriverInvalid     a driver or bench file says something impossible
│   ├── NumberInvalid     a text is not one number
│   ├── UnitUnknown       a unit is not a known legal unit, or not the expected one
│   └── DataUnfit         numbers are too few or unfit for the asked computation
└── Mishap                the world failed us (exit code 3)
    ├── LinkTrouble       an instrument's connection
    │   ├── LinkTimeout   no complete answer in time
    │   ├── LinkLost      the connection is gone
    │   ├── ReplyInvalid  an answer that cannot be believed
    │   ├── WrongInstrument  another device or serial number answers
    │   └── NoGoodReading    an instrument answers for long without a value that counts
    ├── NotebookTrouble   the record
    │   ├── NotebookLocked   another program has it open
    │   └── NotebookDamaged  its content does not verify
    ├── StorageTrouble    disk, stick or network folder
    │   └── DiskFull      no room left, or too little for a run
    └── NetworkTrouble    a platform cannot be reached, or answers what cannot be believed
"""

from labclient.words import Message, say


class Trouble(Exception):
    """Expected trouble: `sentence` says what happened, `step` what to do next."""

    exit_code = 3

    def __init__(self, sentence: Message, step: Message | None = None) -> None:
        super().__init__(sentence, step)
        self.sentence = sentence
        self.step = step

    def tell(self, language: str | None = None) -> str:
        """Both sentences, in the reader's language."""
        told = say(self.sentence, language)
        return f"{told}\n→ {say(self.step, language)}" if self.step else told

    def __str__(self) -> str:
        return self.tell()


class Refused(Trouble):
    exit_code = 1


class GateClosed(Refused):
    pass


class BrokenOff(Refused):
    pass


class NotVerified(Refused):
    pass


class PassphraseWrong(Refused):
    pass


class NotSettled(Refused):
    pass


class WrongUse(Trouble):
    exit_code = 2


class EntryInvalid(WrongUse):
    """`path` leads to the field at fault: names of fields, places in tables from 0; empty for the entry as a whole."""

    def __init__(self, sentence: Message, step: Message | None = None, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(sentence, step)
        self.path = path


class PlanInvalid(WrongUse):
    pass


class DriverInvalid(WrongUse):
    pass


class ModelInvalid(WrongUse):
    pass


class NumberInvalid(WrongUse):
    pass


class UnitUnknown(WrongUse):
    pass


class DataUnfit(WrongUse):
    pass


class Mishap(Trouble):
    pass


class LinkTrouble(Mishap):
    pass


class LinkTimeout(LinkTrouble):
    pass


class LinkLost(LinkTrouble):
    pass


class ReplyInvalid(LinkTrouble):
    pass


class WrongInstrument(LinkTrouble):
    pass


class NoGoodReading(LinkTrouble):
    pass


class NotebookTrouble(Mishap):
    pass


class NotebookLocked(NotebookTrouble):
    pass


class NotebookDamaged(NotebookTrouble):
    pass


class StorageTrouble(Mishap):
    pass


class DiskFull(StorageTrouble):
    pass


class NetworkTrouble(Mishap):
    pass
