"""The hash tree over a log: Merkle Tree Hash, inclusion and consistency proofs of RFC 6962 §2.1.

A growing tree keeps only its frontier: one hash for each full subtree, largest first, as many as `size` has one-bits.

A proof is a list of roots of subtrees, each over the span of leaves [low, high). Which spans those are follows from the
numbers alone; their roots take one pass over the leaves, however many there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from labclient.errors import NotVerified
from labclient.words import message

HASH_BYTES = 32
Span = tuple[int, int]


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + leaf).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that only grows. `Tree(tree.size, tree.frontier)` goes on where `tree` stands, without its leaves."""

    def __init__(self, size: int = 0, frontier: bytes = b"") -> None:
        if size < 0 or len(frontier) != size.bit_count() * HASH_BYTES:
            raise NotVerified(message("The kept tree state does not fit {size} entries.", size=size))
        self._size = size
        self._roots = [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)]

    @property
    def size(self) -> int:
        """Leaves so far."""
        return self._size

    @property
    def frontier(self) -> bytes:
        """The state to keep: 32 bytes for each one-bit of `size`."""
        return b"".join(self._roots)

    def append(self, leaf: bytes) -> None:
        """Add one leaf, in O(log n) hashes at worst and two on average."""
        node, size = leaf_hash(leaf), self._size
        while size & 1:
            node = _node_hash(self._roots.pop(), node)
            size >>= 1
        self._roots.append(node)
        self._size += 1

    def root(self) -> bytes:
        """The root of all leaves so far; of none, the hash of nothing."""
        if not self._roots:
            return sha256().digest()
        node = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            node = _node_hash(left, node)
        return node


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of a tree of these leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def inclusion_spans(index: int, size: int) -> tuple[Span, ...]:
    """What proves that leaf `index` is in a tree of `size` leaves (RFC 6962 §2.1.1). Raises IndexError."""
    if not 0 <= index < size:
        raise IndexError(index)
    return tuple(_beside(index, 0, size))


def consistency_spans(old_size: int, size: int) -> tuple[Span, ...]:
    """What proves that a tree of `old_size` leaves is the beginning of one of `size` (§2.1.2). Raises IndexError."""
    if not 0 < old_size <= size:
        raise IndexError(old_size)
    return tuple(_shared(old_size, 0, size))


def proofs(leaves: Iterable[bytes], size: int, *asked: Sequence[Span]) -> tuple[tuple[bytes, ...], ...]:
    """The proofs that consist of these spans of a tree of the first `size` leaves, in one pass that keeps O(log n)
    hashes. Raises NotVerified when there are fewer leaves."""
    found = dict.fromkeys((span for spans in asked for span in spans), b"")
    if size:
        _root(iter(leaves), 0, size, found)
    return tuple(tuple(found[span] for span in spans) for spans in asked)


def check_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raises NotVerified unless `proof` shows the hash of `leaf` at `index` of the tree (`size`, `root`).

    The algorithm is RFC 9162 §2.1.3.2, which decides for the trees of RFC 6962 without their leaves.
    """
    if not 0 <= index < size:
        raise _not_shown()
    place, last, node = index, size - 1, leaf_hash(leaf)
    for sibling in proof:
        if last == 0:
            raise _not_shown()
        if place & 1 or place == last:
            node = _node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last or node != root:
        raise _not_shown()


def check_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raises NotVerified unless `proof` shows the tree (`old_size`, `old_root`) as the beginning of (`size`, `root`);
    the algorithm is RFC 9162 §2.1.4.2."""
    if not 0 < old_size <= size:
        raise _not_shown()
    if old_size == size:
        if proof or old_root != root:
            raise _not_shown()
        return
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise _not_shown()
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_node = node = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise _not_shown()
        if place & 1 or place == last:
            old_node, node = _node_hash(sibling, old_node), _node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last or old_node != old_root or node != root:
        raise _not_shown()


def _beside(index: int, low: int, high: int) -> Iterator[Span]:
    """PATH of §2.1.1: the subtrees beside the way from the leaf up to the root."""
    if high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            yield from _beside(index, low, middle)
            yield middle, high
        else:
            yield from _beside(index, middle, high)
            yield low, middle


def _shared(old_size: int, low: int, high: int) -> Iterator[Span]:
    """SUBPROOF of §2.1.2: the old tree itself needs no hash, it is known."""
    if old_size == high:
        if low:
            yield low, high
        return
    middle = low + _split(high - low)
    if old_size <= middle:
        yield from _shared(old_size, low, middle)
        yield middle, high
    else:
        yield from _shared(old_size, middle, high)
        yield low, middle


def _root(leaves: Iterator[bytes], low: int, high: int, found: dict[Span, bytes]) -> bytes:
    """The root over [low, high) from the leaves that come next; the roots of spans in `found` are left there."""
    if high - low == 1:
        leaf = next(leaves, None)
        if leaf is None:
            raise NotVerified(message("The log ends before entry {seq}.", seq=low))
        root = leaf_hash(leaf)
    else:
        middle = low + _split(high - low)
        root = _node_hash(_root(leaves, low, middle, found), _root(leaves, middle, high, found))
    if (low, high) in found:
        found[low, high] = root
    return root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _not_shown() -> NotVerified:
    return NotVerified(message("The proof does not connect to the published head of the log."))
