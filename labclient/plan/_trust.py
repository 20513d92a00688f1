"""The pilot's signed trust list: who may sign in which role, the roots behind their certificates, who may open a seal.

It is versioned apart from the plan, so that a colleague's leave is not a new plan.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from labclient.plan._data import Count, Identifier, Sha256


class _Data(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class TrustedPerson(_Data, frozen=True):
    id: Identifier
    name: str
    laboratory: Identifier
    roles: Annotated[tuple[Literal["operator", "checker", "approver", "pilot"], ...], Meta(min_length=1)]
    certificate_sha256: Sha256


class Recipient(_Data, frozen=True):
    """Somebody who may open a sealed package: the pilot, and the holder of the escrow key."""

    name: str
    age: Annotated[str, Meta(pattern=r"^age1[0-9a-z]{58}$")]


class TrustList(_Data, frozen=True):
    format: Literal["labclient-trust/1"]
    comparison: Identifier
    version: Count
    issued: str
    simulated: bool
    roots: Annotated[tuple[str, ...], Meta(min_length=1)]
    crls: tuple[str, ...]
    people: tuple[TrustedPerson, ...]
    recipients: tuple[Recipient, ...] = ()

    def person(self, certificate_sha256: str) -> TrustedPerson | None:
        """The listed person whose certificate this is."""
        return next((who for who in self.people if who.certificate_sha256 == certificate_sha256), None)
