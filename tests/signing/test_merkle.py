from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from labclient.errors import NotVerified
from labclient.signing import (
    Tree,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
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


@given(some_leaves, st.data())
def test_inclusion_is_shown_and_for_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = root_of(leaves), inclusion_proof([leaf_hash(leaf) for leaf in leaves], index)
    check_inclusion(leaves[index], index, len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_inclusion(leaves[index] + b"x", index, len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_inclusion(leaves[index], len(leaves), len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_inclusion(leaves[index], index, len(leaves), root, [*proof, root])
    if proof:
        with pytest.raises(NotVerified):
            check_inclusion(leaves[index], index, len(leaves), root, proof[:-1])


@given(some_leaves, st.data())
def test_consistency_is_shown_and_a_changed_past_is_not(leaves: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    proof = consistency_proof([leaf_hash(leaf) for leaf in leaves], old)
    old_root, root = root_of(leaves[:old]), root_of(leaves)
    check_consistency(old, old_root, len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_consistency(old, sha256(old_root).digest(), len(leaves), root, proof)
    with pytest.raises(NotVerified):
        check_consistency(old, old_root, len(leaves), sha256(root).digest(), proof)
    with pytest.raises(NotVerified):
        check_consistency(old, old_root, len(leaves), root, [*proof, root])


def test_there_is_no_proof_for_what_is_not_there() -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    with pytest.raises(IndexError):
        inclusion_proof(hashes, 8)
    with pytest.raises(IndexError):
        consistency_proof(hashes, 9)
    with pytest.raises(NotVerified):
        check_consistency(0, b"", 8, root_of(LEAVES), ())
    with pytest.raises(NotVerified):
        check_consistency(3, root_of(LEAVES[:3]), 8, root_of(LEAVES), ())
