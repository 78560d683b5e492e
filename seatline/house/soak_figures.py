"""What `./run bench soak` makes of the sizes of processes that it noted while they lived. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

WARM = 120.0  # seconds after which a process has loaded what it needs
SPAN = 60.0  # seconds whose median is a size


@dataclass(frozen=True, slots=True)
class Size:
    """A process at one instant."""

    at: float  #: seconds from the beginning
    program: str
    pid: int
    memory: int  #: bytes that are its own in RAM
    files: int  #: open files and sockets


@dataclass(frozen=True, slots=True)
class Growth:
    """How a process grew from when it was warm to its end."""

    memory: float  #: 0.05 is 5 %
    files: float


def growth(sizes: Iterable[Size], warm: float = WARM, span: float = SPAN) -> Mapping[str, Growth]:
    """Of each program, of its process that lived longest; none of one that never lived for `warm` and two spans."""
    lives: dict[tuple[str, int], list[Size]] = defaultdict(list)
    for size in sizes:
        lives[size.program, size.pid].append(size)
    found: dict[str, tuple[float, Growth]] = {}
    for (program, _), life in lives.items():
        length = life[-1].at - life[0].at
        if length >= warm + 2 * span and length > found.get(program, (0.0, None))[0]:
            found[program] = (length, _grown(life, life[0].at + warm, life[-1].at - span, span))
    return {program: grown for program, (_, grown) in found.items()}


def _grown(life: Sequence[Size], first: float, last: float, span: float) -> Growth:
    early = [size for size in life if first <= size.at <= first + span]
    late = [size for size in life if size.at >= last]
    memory = median(size.memory for size in late) / median(size.memory for size in early) - 1
    return Growth(round(memory, 4), median(size.files for size in late) - median(size.files for size in early))
