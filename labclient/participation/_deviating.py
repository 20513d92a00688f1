"""A signed deviation: somebody whom the plan names lets an instrument be used that the register speaks against."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from labclient.errors import GateClosed, NotVerified
from labclient.instruments import Concern, load_bench
from labclient.notebook import Entry
from labclient.package import anchors
from labclient.participation._bodies import body_of
from labclient.participation._facade import Participation
from labclient.participation._instruments import bench_instrument, concerns_of, known_drivers, registration_of
from labclient.participation._register import entry_of
from labclient.participation._signing import may_sign
from labclient.plan import Role
from labclient.signing import Signer, canonical, sign_detached, verify_detached
from labclient.stations import ROLE_NAMES, Authorised, Deviation, blocked, may_enter
from labclient.words import message, say


def concerns_now(participation: Participation, id: str) -> tuple[Concern, ...]:
    """What speaks against an instrument of the register today. It is asked who it is only where the plan wants to know
    its firmware; raises what asking raises, and `WrongUse` for an id that the register has not."""
    home, clock = participation.home, participation.clock
    one = entry_of(home, id)
    if one.driver and participation.state.plan.instruments.changed == "block":
        device = bench_instrument(home, id).device({}, clock)
        device.identify()
        return concerns_of(device)
    registration = registration_of(load_bench(home.bench), one, known_drivers(home))
    return registration.concerns(clock.utc().astimezone().date())


def authorise(
    participation: Participation, instrument: str, concerns: Iterable[Concern], role: Role, signer: Signer, reason: str
) -> Entry:
    """Enter a deviation that `signer` signs in `role`: what speaks against the instrument and blocks it is let pass, in
    this notebook and for this very case. Raises `GateClosed` when the plan does not provide for it, `NotVerified` for a
    signer who may not."""
    state = participation.state
    may_enter(state, "deviation")
    if role not in state.plan.instruments.opened_by:
        raise GateClosed(message("The plan lets no deviation of the {role} open this.", role=ROLE_NAMES[role]))
    found = blocked(state, concerns)
    if not found:
        raise GateClosed(message("Nothing blocks {id}: there is nothing to sign.", id=instrument))
    may_sign(state, role, signer.card)
    by = Authorised(
        instrument=instrument,
        concerns=tuple(one.key for one in found),
        notebook=str(participation.record.entry(0).body["notebook"]),
        role=role,
        person=signer.card.person.id,
        certificate=signer.card.fingerprint,
    )
    body = Deviation(" ".join(say(one.sentence, "en") for one in found)[:500], reason, by)
    body_of("deviation", body)
    digest, moment = sha256(canonical(msgspec.to_builtins(body))).digest(), participation.clock.utc()
    signature = sign_detached(signer, digest, moment)
    if state.trust is not None:
        standing = verify_detached(signature, digest, anchors(state.trust.document), moment).standing
        if standing.status != "ok":
            raise NotVerified(
                message("The certificate of {name} does not hold: {why}", name=signer.card.person.name,
                        why=standing.status),
                message("Ask the pilot laboratory for a trust list that names this person."),
            )  # fmt: skip
    signed = msgspec.structs.replace(by, signature=sha256(signature).hexdigest())
    entered = msgspec.structs.replace(body, authorised=signed)
    return participation.enter_outcome("deviation", entered, signer.card.person.id, signature)
