"""The order of segments as a state machine: compiled once a transaction set, one dict look-up a segment.

A state is "this segment was read last". From it, each segment id that may come next leads to a `Step`, which
carries the next state, what to do on the way, and what to count. X12's rule of reading is: a segment belongs to the
nearest place that may take it, looking on in its own loop first, then to the next round of that loop, then outwards.

Where qualifiers tell places of the same segment id apart, `choices` holds them in that same order; sets without
qualifiers, all those of supply chain, never look there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from translators.x12.rules.dictionary import Entry, TransactionSet, When
from translators.x12.rules.generate import Accept, Subject


class Missing(NamedTuple):
    """A mandatory segment (or the head of a mandatory loop) that was passed over.

    `counter` is the count of a `free` entry, which may have come before; -1 for any other.
    """

    segment: str
    key: str
    loop: str
    counter: int


class Extra(NamedTuple):
    """What is rare on the way to a state: mandatory segments left out, counts of free entries that begin anew."""

    missing: tuple[Missing, ...]
    resets: tuple[int, ...]


class State:
    """What may follow one place of the structure, and what may stand there. Mutable only while it is compiled."""

    __slots__ = (
        "accept",
        "choices",
        "connect",
        "entry",
        "head",
        "index",
        "key",
        "loop",
        "loops",
        "path",
        "related",
        "segment",
        "steps",
        "subject",
    )

    def __init__(self, index: int, entry: Entry, path: tuple[str, ...], loops: tuple[int, ...]) -> None:
        self.index = index
        self.entry = entry
        self.segment = entry.id
        self.key = entry.described_by
        self.path = path  # names of the open loops, outermost first
        self.loop = path[-1] if path else ""
        self.loops = loops  # numbers of the open loops, outermost first
        self.head = False  # it opens its loop
        self.related = False  # its segment says something of others
        self.subject: Subject  # what the segment must be here; `compiled` sets both
        self.accept: Accept
        self.steps: dict[str, Step] = {}
        self.choices: dict[str, tuple[tuple[When | None, Step], ...]] = {}
        self.connect: Callable[[], None] | None = None  # fills both; called when they are first needed

    @property
    def around(self) -> tuple[int, ...]:
        """Return the numbers of the loops that must be open before this segment: all, but for a head its own."""
        return self.loops[:-1] if self.head else self.loops

    def choose(self, elements: Sequence[str], component: str) -> Step | None:
        """Return the step for a segment that is not in `steps`: of the first place whose qualifier fits, or None.

        Most states of a set are never reached in a process, so a state is connected when it is left for the first time.
        """
        connect = self.connect  # another thread may do the same at the same time, to the same end
        if connect is not None:
            connect()
            self.connect = None
            found = self.steps.get(elements[0])
            if found is not None:
                return found
        for when, step in self.choices.get(elements[0], ()):
            if when is None or fits(when, elements, component):
                return step
        return None


def fits(when: When, elements: Sequence[str], component: str) -> bool:
    """Say whether a segment carries one of the codes that an entry asks for."""
    value = elements[when.element] if when.element < len(elements) else ""
    if when.component and component:
        parts = value.split(component)
        value = parts[when.component - 1] if when.component <= len(parts) else ""
    return value in when.codes


#: The way from one state to the next on one segment id: that state with its `accept` and `related`, the extra, which
#: count to raise, whether it goes on (1) or begins anew (0), and how far it may go (0: no limit). The count is
#: FIRST_TIME, IN_PLACE, or the number of that of a loop or a free entry.
#: It is taken apart for every segment, and Python takes a bare tuple apart much faster than a named one.
Step: TypeAlias = tuple[State, Accept, bool, Extra | None, int, int, int]


FIRST_TIME = -1
IN_PLACE = -2


class Grammar(NamedTuple):
    """A compiled transaction set."""

    start: State
    counters: int  # how many loops and free entries there are to count
    states: tuple[State, ...]
    places: dict[str, tuple[State, ...]]  # all the places of a segment id, in order


class _Node:
    """An entry with its surroundings, while building."""

    def __init__(self, entry: Entry, parent: _Node | None, at: int) -> None:
        self.entry = entry
        self.parent = parent
        self.at = at  # position among the parent's entries
        self.counter = -1  # its own count: of a loop or a free entry
        self.inner: list[_Node] = []
        self.group: list[_Node] = [self]  # the entries side by side that may stand in any order
        self.state: State | None = None

    @property
    def free(self) -> bool:
        """Say whether it may stand before or after its neighbours."""
        return len(self.group) > 1

    def head(self) -> _Node:
        node = self
        while node.inner:
            node = node.inner[0]
        return node

    def place(self) -> State:
        state = self.head().state
        assert state is not None
        return state

    def below(self) -> Iterator[_Node]:
        for node in self.inner:
            yield node
            yield from node.below()


def compile_set(definition: TransactionSet) -> Grammar:
    """Compile a transaction set; its first entry (ST) is the start state."""
    root = _Node(Entry("", mandatory=True, most=1, inner=definition.entries), None, 0)
    _plant(root)
    nodes = list(root.below())
    counted = [n for n in nodes if n.inner or n.free]
    for number, node in enumerate(counted):
        node.counter = number
    leaves = [n for n in nodes if not n.inner]
    for index, leaf in enumerate(leaves):
        leaf.state = State(index, leaf.entry, *_surroundings(leaf))
        leaf.state.head = leaf.at == 0 and leaf.parent is not root
        leaf.state.connect = partial(_connect, leaf)
    states = tuple(n.place() for n in leaves)
    places: dict[str, tuple[State, ...]] = {}
    for state in states:
        places[state.segment] = (*places.get(state.segment, ()), state)
    return Grammar(root.place(), len(counted), states, places)


def _plant(node: _Node) -> None:
    """Make a node for every entry below `node`."""
    for at, entry in enumerate(node.entry.inner):
        child = _Node(entry, node, at)
        if entry.free and node.inner:
            child.group = node.inner[-1].group
            child.group.append(child)
        node.inner.append(child)
        _plant(child)


def _surroundings(node: _Node) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the names and the numbers of the loops that a segment stands in, outermost first."""
    path: list[str] = []
    loops: list[int] = []
    up = node.parent
    while up is not None and up.parent is not None:
        path.insert(0, up.entry.id)
        loops.insert(0, up.counter)
        up = up.parent
    return tuple(path), tuple(loops)


def _connect(leaf: _Node) -> None:
    """Give a state its steps and choices: nearest places first."""
    assert leaf.state is not None
    offers: dict[str, list[tuple[When | None, Step]]] = {}
    for when, step in _ways(leaf):
        found = offers.setdefault(step[0].segment, [])
        if (
            not found or found[-1][0] is not None
        ):  # behind a place that takes any qualifier nothing is reached
            found.append((when, step))
    for tag, found in offers.items():
        if found[0][0] is None:
            leaf.state.steps[tag] = found[0][1]
        else:
            leaf.state.choices[tag] = tuple(found)


def _ways(leaf: _Node) -> Iterator[tuple[When | None, Step]]:
    """Yield every place that may follow a segment, nearest first."""
    assert leaf.state is not None
    if not leaf.state.head:
        counter = leaf.counter if leaf.free else IN_PLACE
        yield leaf.entry.when, _step(leaf.state, None, counter, carry=1, most=leaf.entry.most)
    node: _Node = leaf
    missing: tuple[Missing, ...] = ()
    while node.parent is not None:
        missing = yield from _onwards(node, missing)
        loop = node.parent
        if loop.parent is not None:
            yield loop.head().entry.when, _entering(loop, missing, carry=1)
        node = loop


def _onwards(
    node: _Node, missing: tuple[Missing, ...]
) -> Generator[tuple[When | None, Step], None, tuple[Missing, ...]]:
    """Yield the places behind `node` in its own loop; return `missing` and what is passed over on the way out."""
    assert node.parent is not None
    siblings = node.parent.inner
    for member in node.group:
        if member is not node:
            yield member.head().entry.when, _entering(member, missing, carry=1)
    if node.free:
        missing += _mandatory(node.group)
    at = node.group[-1].at + 1
    while at < len(siblings):
        group = siblings[at].group
        for member in group:
            yield member.head().entry.when, _entering(member, missing, carry=int(member.free))
        missing += _mandatory(group)
        at += len(group)
    return missing


def _mandatory(group: Iterable[_Node]) -> tuple[Missing, ...]:
    return tuple(
        Missing(n.place().segment, n.place().key, n.place().loop, n.counter if n.free else -1)
        for n in group
        if n.entry.mandatory
    )


def _entering(node: _Node, missing: tuple[Missing, ...], *, carry: int) -> Step:
    """Return the step to a segment or into a loop, where the counts of free entries begin anew."""
    resets = tuple(n.counter for n in node.below() if n.free)
    extra = Extra(missing, resets) if missing or resets else None
    counter = node.counter if node.counter >= 0 else FIRST_TIME
    return _step(node.place(), extra, counter, carry=carry, most=node.entry.most)


def _step(state: State, extra: Extra | None, counter: int, *, carry: int, most: int) -> Step:
    return state, state.accept, state.related, extra, counter, carry, most
