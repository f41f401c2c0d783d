"""The order of segments as a state machine: compiled once a transaction set, one dict look-up a segment.

A state is "this segment was read last". From it, each segment id that may come next leads to a `Step`, which
carries the next state, the mandatory segments that are left out by going there, and what to count. X12's rule
of reading is: a segment belongs to the nearest place that may take it, looking on in its own loop first,
then to the next round of that loop, then outwards.
"""

from __future__ import annotations

from typing import NamedTuple

from translators.x12.rules.dictionary import Entry, TransactionSet


class Missing(NamedTuple):
    """A mandatory segment (or the head of a mandatory loop) that was passed over."""

    segment: str
    loop: str


class State:
    """What may follow one place of the structure. Mutable only while the grammar is built."""

    __slots__ = ("index", "loop", "loops", "segment", "steps")

    def __init__(self, index: int, segment: str, loop: str, loops: tuple[int, ...]) -> None:
        self.index = index
        self.segment = segment
        self.loop = loop  # id of the innermost loop, "" outside of loops
        self.loops = loops  # numbers of the open loops, outermost first
        self.steps: dict[str, Step] = {}


class Step(NamedTuple):
    """The way from one state to the next on one segment id.

    `counter` is -1 when the segment stands for the first time, -2 when it repeats in place, else the number
    of the loop whose rounds are to be counted: `carry` is 0 when the loop is entered anew, else 1. `most` 0: no limit.
    """

    state: State
    missing: tuple[Missing, ...]
    counter: int
    carry: int
    most: int


FIRST_TIME = -1
IN_PLACE = -2


class Grammar(NamedTuple):
    """A compiled transaction set."""

    start: State
    loops: int  # how many loops there are to count
    segments: frozenset[str]  # ids that occur somewhere in the set
    places: dict[str, tuple[State, ...]]  # all the places of a segment id, in order


class _Node:
    """An entry with its surroundings, while building."""

    def __init__(self, entry: Entry, parent: _Node | None, at: int, number: int) -> None:
        self.entry = entry
        self.parent = parent
        self.at = at  # position among the parent's entries
        self.number = number  # of the loop; -1 for a segment
        self.inner: list[_Node] = []
        self.state: State | None = None

    def head(self) -> State:
        node = self
        while node.inner:
            node = node.inner[0]
        assert node.state is not None
        return node.state


def compile_set(definition: TransactionSet) -> Grammar:
    """Compile a transaction set; its first entry (ST) is the start state."""
    nodes: list[_Node] = []
    root = _Node(Entry("", mandatory=True, most=1, inner=definition.entries), None, 0, -1)
    _plant(root, nodes, [0])
    leaves = [n for n in nodes if n.state]
    for leaf in leaves:
        assert leaf.state is not None
        leaf.state.steps = _steps(leaf)
    places: dict[str, tuple[State, ...]] = {}
    for leaf in leaves:
        assert leaf.state is not None
        places[leaf.entry.id] = (*places.get(leaf.entry.id, ()), leaf.state)
    loops = sum(1 for n in nodes if n.entry.inner)
    return Grammar(root.head(), loops, frozenset(places), places)


def _plant(node: _Node, nodes: list[_Node], loops: list[int]) -> None:
    """Make a node for every entry below `node`, and a state for every segment."""
    for at, entry in enumerate(node.entry.inner):
        number = -1
        if entry.inner:
            number = loops[0]
            loops[0] += 1
        child = _Node(entry, node, at, number)
        node.inner.append(child)
        nodes.append(child)
        if entry.inner:
            _plant(child, nodes, loops)
        else:
            child.state = State(len(nodes), entry.id, node.entry.id, _open_loops(child))


def _open_loops(node: _Node) -> tuple[int, ...]:
    found: list[int] = []
    up = node.parent
    while up is not None and up.parent is not None:
        found.insert(0, up.number)
        up = up.parent
    return tuple(found)


def _steps(leaf: _Node) -> dict[str, Step]:
    """Find every segment id that may follow a place: nearest first, so that the first one found stays."""
    steps: dict[str, Step] = {}
    missing: list[Missing] = []
    assert leaf.state is not None
    if leaf.at or leaf.parent is None or leaf.parent.parent is None:
        steps[leaf.entry.id] = Step(leaf.state, (), IN_PLACE, carry=1, most=leaf.entry.most)
    node = leaf
    while node.parent is not None:
        for sibling in node.parent.inner[node.at + 1 :]:
            _offer(steps, sibling, tuple(missing))
            if sibling.entry.mandatory:
                missing.append(Missing(sibling.head().segment, sibling.head().loop))
        loop = node.parent
        if loop.number >= 0:
            head = loop.head()
            again = Step(head, tuple(missing), loop.number, carry=1, most=loop.entry.most)
            steps.setdefault(head.segment, again)
        node = loop
    return steps


def _offer(steps: dict[str, Step], node: _Node, missing: tuple[Missing, ...]) -> None:
    head = node.head()
    if node.entry.inner:
        step = Step(head, missing, node.number, carry=0, most=node.entry.most)
    else:
        step = Step(head, missing, FIRST_TIME, carry=0, most=node.entry.most)
    steps.setdefault(head.segment, step)
