"""Which entries are proven to be what was written, as stretches of the log."""

from collections.abc import Iterable, Iterator

from labclient.signing import Tree

_HASH = 32


def proven(tree: Tree, kept: Tree | None, signed: int) -> Iterator[int]:
    """The entries that something proves, in order: those before `signed`, where a checkpoint holds, and those of each
    whole subtree of `tree`, as read, whose root the head keeps, too."""
    yield from range(signed)
    if kept is None or kept.size != tree.size:
        return
    stop = 0
    for place, left in enumerate(_widths(tree.size)):
        start, stop = stop, stop + left
        here = slice(place * _HASH, (place + 1) * _HASH)
        if tree.frontier[here] == kept.frontier[here]:
            yield from range(max(start, signed), stop)


def stretches(seqs: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """First and last of each stretch of numbers, which come in order."""
    found: list[tuple[int, int]] = []
    for seq in seqs:
        if found and found[-1][1] == seq - 1:
            found[-1] = found[-1][0], seq
        else:
            found.append((seq, seq))
    return tuple(found)


def _widths(size: int) -> Iterator[int]:
    """The leaves of each whole subtree of a tree, the widest first."""
    while size:
        width = 1 << (size.bit_length() - 1)
        yield width
        size -= width
