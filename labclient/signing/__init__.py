"""Who signed and what did not change: identities, signatures, containers, the log's tree and its checkpoints, sealing.

This package knows no plan and no notebook: only bytes, files, names, keys and certificates.
"""

from labclient.signing._cades import Signature, sign_detached, signer_of, verify_detached
from labclient.signing._canonical import canonical, parse_strict
from labclient.signing._certificates import ROLES, Card, Person, describe, read_request, request_key
from labclient.signing._container import Container, read_container
from labclient.signing._files import as_utf8, read_small, replacing, storage, write_whole
from labclient.signing._identities import (
    Identity,
    Signer,
    folder_named,
    install_certificate,
    issue,
    load_identity,
    new_authority,
    new_identity,
    revocations,
    show_identity,
)
from labclient.signing._layout import SignOff
from labclient.signing._manifest import Manifest, manifest_for, read_manifest
from labclient.signing._merkle import (
    Tree,
    check_consistency,
    check_inclusion,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
    proofs,
    root_of,
)
from labclient.signing._names import check_names, same_person
from labclient.signing._notes import (
    Checkpoint,
    NoteKey,
    checkpoint_code,
    read_checkpoint,
    sign_checkpoint,
    unproven_checkpoint,
)
from labclient.signing._qr import qr_squares, qr_svg, qr_text
from labclient.signing._report import FileReport, Finding, Report, SignatureReport
from labclient.signing._seal import (
    SealKey,
    commitment,
    load_seal_key,
    new_salt,
    new_seal_key,
    open_seal,
    phone_code,
    read_phone_code,
    save_seal_key,
    seal,
)
from labclient.signing._stage import Stage, file_sha256, write_container, write_signed
from labclient.signing._trust import Standing, Trust
from labclient.signing._verify import verify, verify_container

__all__ = [
    "ROLES",
    "Card",
    "Checkpoint",
    "Container",
    "FileReport",
    "Finding",
    "Identity",
    "Manifest",
    "NoteKey",
    "Person",
    "Report",
    "SealKey",
    "SignOff",
    "Signature",
    "SignatureReport",
    "Signer",
    "Stage",
    "Standing",
    "Tree",
    "Trust",
    "as_utf8",
    "canonical",
    "check_consistency",
    "check_inclusion",
    "check_names",
    "checkpoint_code",
    "commitment",
    "consistency_spans",
    "describe",
    "file_sha256",
    "folder_named",
    "inclusion_spans",
    "install_certificate",
    "issue",
    "leaf_hash",
    "load_identity",
    "load_seal_key",
    "manifest_for",
    "new_authority",
    "new_identity",
    "new_salt",
    "new_seal_key",
    "open_seal",
    "parse_strict",
    "phone_code",
    "proofs",
    "qr_squares",
    "qr_svg",
    "qr_text",
    "read_checkpoint",
    "read_container",
    "read_manifest",
    "read_phone_code",
    "read_request",
    "read_small",
    "replacing",
    "request_key",
    "revocations",
    "root_of",
    "same_person",
    "save_seal_key",
    "seal",
    "show_identity",
    "sign_checkpoint",
    "sign_detached",
    "signer_of",
    "storage",
    "unproven_checkpoint",
    "verify",
    "verify_container",
    "verify_detached",
    "write_container",
    "write_signed",
    "write_whole",
]
