"""What each page is for, and what comes next: one or two sentences a page, shown with the keys (F1)."""

from typing import Final

from labclient.words import Message, message

ABOUT: Final[dict[str, Message]] = {
    "home": message(
        "The comparisons of this PC, the most urgent first, each with what it waits for. "
        "Choose one and go on, or begin with the plan that the pilot laboratory has sent."
    ),
    "plan": message(
        "What the pilot laboratory asks: stations, days, points, and what must never be done. "
        "Nothing can be changed here; what is done otherwise is recorded as a deviation."
    ),
    "arrival": message(
        "Record how the standard arrived, part by part, before anything is switched on. "
        "When the functional check has passed, sign the station off and let the standard warm up."
    ),
    "warm-up": message(
        "Wait until the standard has taken the temperature of the room: F5 starts the run, which ends by itself "
        "when the readings have settled. Stability is next."
    ),
    "stability": message(
        "One run shows whether the readings are stable enough to be measured with. "
        "A pass opens the measurement; after a fail, look for the cause and run again."
    ),
    "measurement": message(
        "Measure the plan's points cycle by cycle; the window says what to connect. "
        "What went wrong is excluded with a reason (F9) and measured again. The check before departure is next."
    ),
    "departure": message(
        "Look the standard over before it is packed: the same checks as at arrival. Then come results and budget."
    ),
    "results": message(
        "State the certificate of the standard and the budget; values and uncertainties are computed from the record. "
        "Signing is next: what is signed is not changed any more."
    ),
    "signing": message(
        "Prepare what is to be signed; then the roles of the plan sign one after another, each with an own key. "
        "After the last signature the package is written, and can be sent."
    ),
    "submission": message(
        "Send the package to a platform, or copy it to a stick. It is sent, not confirmed, until the receipt "
        "of the pilot laboratory has been read and verified here."
    ),
    "handed-over": message("Record to whom the standard was handed over. With that the participation is finished."),
    "drift": message(
        "The values of this laboratory over the days, with line, band and what they predict. "
        "A participant sees nothing of other laboratories here; the pilot laboratory finds its visits, too."
    ),
    "notebook": message(
        "Everything that happened, entry by entry. Search it, check it, prove an entry, "
        "sign a checkpoint, keep a second copy: nothing here changes the record."
    ),
    "instruments": message(
        "The instruments of this PC. Find or register one, try it, enter its certificate, and bind it to the "
        "comparison. What is read here is a look only and never counts."
    ),
    "validation": message(
        "Reference cases are computed on this PC and compared with their known answers. "
        "Save the signed report where the documents of the laboratory's software are kept."
    ),
    "settings": message("How the window looks and calls you, whose keys lie on this PC, and where its things are."),
}
