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

from typing import ClassVar

from labclient.words import Message, message, say


class Trouble(Exception):
    """Expected trouble: `sentence` says what happened, `step` what to do next. Where none was given, the `usual` one of
    its kind is told: nobody is refused without a way on."""

    exit_code = 3
    usual: ClassVar[Message] = message("Try it once more. If it stays so, ask whoever looks after labclient.")

    def __init__(self, sentence: Message, step: Message | None = None) -> None:
        super().__init__(sentence, step)
        self.sentence = sentence
        self.step = step

    @property
    def way_on(self) -> Message:
        """What to do next."""
        return self.step or self.usual

    def tell(self, language: str | None = None) -> str:
        """Both sentences, in the reader's language."""
        return f"{say(self.sentence, language)}\n→ {say(self.way_on, language)}"

    def __str__(self) -> str:
        return self.tell() if self.step else say(self.sentence)


class Refused(Trouble):
    exit_code = 1


class GateClosed(Refused):
    usual = message("Look at what the open station needs, and go on from there.")


class BrokenOff(Refused):
    usual = message("Start it again when you are ready; what was recorded stays.")


class NotVerified(Refused):
    usual = message("Do not go on with it. Ask for it once more where it comes from.")


class PassphraseWrong(Refused):
    usual = message("Type it once more; look at Caps Lock and at the language of the keyboard.")


class NotSettled(Refused):
    usual = message("Look for the cause, wait, and start again.")


class WrongUse(Trouble):
    exit_code = 2
    usual = message("Correct what is named, and try again.")


class EntryInvalid(WrongUse):
    """`path` leads to the field at fault: names of fields, places in tables from 0; empty for the entry as a whole."""

    usual = message("Correct the field that is named, and enter it again.")

    def __init__(self, sentence: Message, step: Message | None = None, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(sentence, step)
        self.path = path


class PlanInvalid(WrongUse):
    usual = message("Correct it at the place named; what the pilot laboratory has signed, only the pilot corrects.")


class DriverInvalid(WrongUse):
    usual = message("Correct the file or the register at the place named.")


class ModelInvalid(WrongUse):
    usual = message("Correct the model; that of a plan, only the pilot laboratory corrects.")


class NumberInvalid(WrongUse):
    usual = message("Write one number, such as 10.00012 or 1.2E-6.")


class UnitUnknown(WrongUse):
    usual = message("Write the unit with its symbol, such as mV, kΩ or °C.")


class DataUnfit(WrongUse):
    usual = message("Look at the numbers it was given: state what is missing, or measure again.")


class Mishap(Trouble):
    usual = message("Look for the cause outside the program, and try again.")


class LinkTrouble(Mishap):
    usual = message("Look at power, cable and address, and that no other program holds the instrument; then try again.")


class LinkTimeout(LinkTrouble):
    pass


class LinkLost(LinkTrouble):
    pass


class ReplyInvalid(LinkTrouble):
    usual = message("Look at the raw answer, and that the instrument is set up as its driver says.")


class WrongInstrument(LinkTrouble):
    usual = message("Connect the instrument that is registered, or register this one.")


class NoGoodReading(LinkTrouble):
    usual = message("Look at the range and at what is connected; then start again.")


class NotebookTrouble(Mishap):
    usual = message("Close the notebook and open it again.")


class NotebookLocked(NotebookTrouble):
    usual = message("Close it in the other program, then open it here.")


class NotebookDamaged(NotebookTrouble):
    usual = message("Write nothing more into it. Check the whole of it, and take the second copy where there is one.")


class StorageTrouble(Mishap):
    usual = message("Look at the disk, the stick or the network folder, and try again.")


class DiskFull(StorageTrouble):
    usual = message("Make room on the disk, then go on.")


class NetworkTrouble(Mishap):
    usual = message("Try again when the network is there; nothing is lost, and nothing is sent twice.")
