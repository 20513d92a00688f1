import tracemalloc
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency

from labclient.errors import NotVerified
from labclient.signing import (
    Tree,
    check_consistency,
    check_inclusion,
    consistency_spans,
    inclusion_spans,
    proofs,
    root_of,
)

# The leaves and roots that the implementations of RFC 6962 share as their test vectors.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# Inclusion paths (index, size) and consistency paths (old size, size) of the same trees, as the same vectors have them.
_A, _B, _C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
_D, _E, _F = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
INCLUSION: dict[tuple[int, int], list[str]] = {
    (0, 1): [],
    (0, 8): [_A, _B, _C],
    (5, 8): [_D, _E, ROOTS[3]],
    (2, 3): [ROOTS[1]],
    (1, 5): [ROOTS[0], _B, _D],
}
CONSISTENCY: dict[tuple[int, int], list[str]] = {
    (1, 1): [],
    (1, 8): [_A, _B, _C],
    (6, 8): [_F, _E, ROOTS[3]],
    (2, 5): [_B, _D],
}
ALL = 33
some_leaves = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_of_the_shared_vectors(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert Tree().root() == root_of([]) == sha256(b"").digest()


@given(some_leaves)
def test_another_implementation_has_the_same_root(leaves: list[bytes]) -> None:
    other = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        other.append_entry(leaf)
    assert root_of(leaves) == other.get_root()


@given(some_leaves, st.data())
def test_a_reopened_tree_goes_on_as_if_it_had_never_been_closed(leaves: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    tree = Tree()
    for leaf in leaves[:cut]:
        tree.append(leaf)
    reopened = Tree(tree.size, tree.frontier)
    for leaf in leaves[cut:]:
        reopened.append(leaf)
    assert (reopened.size, reopened.root()) == (len(leaves), root_of(leaves))


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(NotVerified):
        Tree(3, b"\x00" * 32)


def head(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word by word."""
    if len(leaves) == 0:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = below(len(leaves))
    return sha256(b"\x01" + head(leaves[:k]) + head(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of §2.1.1."""
    if len(leaves) == 1:
        return []
    k = below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), head(leaves[k:])]
    return [*path(m - k, leaves[k:]), head(leaves[:k])]


def subproof(m: int, leaves: list[bytes], known: bool) -> list[bytes]:
    """SUBPROOF of §2.1.2; PROOF is that of the whole tree, where the old root is known."""
    if m == len(leaves):
        return [] if known else [head(leaves)]
    k = below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known), head(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), head(leaves[:k])]


def below(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def included(leaves: list[bytes], index: int) -> tuple[bytes, ...]:
    (made,) = proofs(leaves, len(leaves), inclusion_spans(index, len(leaves)))
    return made


def consistent(leaves: list[bytes], old: int) -> tuple[bytes, ...]:
    (made,) = proofs(leaves, len(leaves), consistency_spans(old, len(leaves)))
    return made


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_inclusion_paths_of_the_shared_vectors(index: int, size: int) -> None:
    assert [one.hex() for one in included(LEAVES[:size], index)] == INCLUSION[index, size]


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_the_consistency_paths_of_the_shared_vectors(old: int, size: int) -> None:
    assert [one.hex() for one in consistent(LEAVES[:size], old)] == CONSISTENCY[old, size]


@pytest.mark.parametrize("size", range(1, ALL))
def test_every_proof_of_every_small_tree_is_that_of_the_definition(size: int) -> None:
    leaves = [bytes([at]) * at for at in range(size)]
    root = head(leaves)
    assert root_of(leaves) == root
    every = [inclusion_spans(at, size) for at in range(size)] + [consistency_spans(at + 1, size) for at in range(size)]
    made = proofs(iter(leaves), size, *every)  # all of them in one pass
    for at in range(size):
        assert list(made[at]) == path(at, leaves)
        check_inclusion(leaves[at], at, size, root, made[at])
        assert list(made[size + at]) == subproof(at + 1, leaves, True)
        check_consistency(at + 1, head(leaves[: at + 1]), size, root, made[size + at])


@pytest.mark.parametrize("size", range(1, ALL))
def test_a_proof_shows_nothing_about_any_other_place(size: int) -> None:
    leaves = [bytes([at]) for at in range(size)]
    root = root_of(leaves)
    for at in range(size):
        proof = included(leaves, at)
        for other in set(range(size)) - {at}:
            for leaf in (leaves[at], leaves[other]):
                with pytest.raises(NotVerified):
                    check_inclusion(leaf, other, size, root, proof)


@given(some_leaves, st.data())
def test_another_implementation_takes_and_gives_the_same_proofs(leaves: list[bytes], data: st.DataObject) -> None:
    other = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        other.append_entry(leaf)
    index, old = data.draw(st.integers(0, len(leaves) - 1)), data.draw(st.integers(1, len(leaves)))
    its = other.prove_inclusion(index + 1).path
    assert [one.hex() for one in its[1:]] == [one.hex() for one in included(leaves, index)]
    verify_consistency(other.get_root(old), other.get_root(), other.prove_consistency(old))
    check_consistency(old, other.get_root(old), len(leaves), other.get_root(), consistent(leaves, old))


@given(some_leaves, st.data())
def test_inclusion_is_shown_and_for_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = root_of(leaves), included(leaves, index)
    check_inclusion(leaves[index], index, len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_inclusion(leaves[index] + b"x", index, len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_inclusion(leaves[index], len(leaves), len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_inclusion(leaves[index], index, len(leaves), root, [*proof, root])
    for at in range(len(proof)):
        with pytest.raises(NotVerified):
            check_inclusion(leaves[index], index, len(leaves), root, proof[:at] + proof[at + 1 :])


@given(some_leaves, st.data())
def test_consistency_is_shown_and_a_changed_past_is_not(leaves: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    proof = consistent(leaves, old)
    old_root, root = root_of(leaves[:old]), root_of(leaves)
    check_consistency(old, old_root, len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_consistency(old, sha256(old_root).digest(), len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_consistency(old, old_root, len(leaves), sha256(root).digest(), proof)
    with pytest.raises(NotVerified):
        check_consistency(old, old_root, len(leaves), root, [*proof, root])
    place = data.draw(st.integers(0, old - 1))
    forged = [*leaves[:place], leaves[place] + b"x", *leaves[place + 1 :]]
    with pytest.raises(NotVerified):
        check_consistency(old, old_root, len(forged), root_of(forged), consistent(forged, old))


def test_a_proof_over_many_leaves_keeps_few_hashes() -> None:
    size = 50_000
    asked = [inclusion_spans(size // 3, size), consistency_spans(size - 1, size)]
    tracemalloc.start()
    try:
        found = proofs((at.to_bytes(4, "big") for at in range(size)), size, *asked)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [len(proof) for proof in found] == [len(spans) for spans in asked]
    assert most < 100_000  # their hashes alone are 1.6 million bytes


def test_there_is_no_proof_for_what_is_not_there() -> None:
    for index, size in ((8, 8), (-1, 8), (0, 0)):
        with pytest.raises(IndexError):
            inclusion_spans(index, size)
    for old in (0, 9):
        with pytest.raises(IndexError):
            consistency_spans(old, 8)
    with pytest.raises(NotVerified, match="ends before entry 8"):
        proofs(LEAVES, 9, inclusion_spans(0, 9))
    assert proofs([], 0, ()) == ((),)
    with pytest.raises(NotVerified):
        check_consistency(0, b"", 8, root_of(LEAVES), ())
    with pytest.raises(NotVerified):
        check_consistency(3, root_of(LEAVES[:3]), 8, root_of(LEAVES), ())
