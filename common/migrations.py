"""How data files of an older MAJOR become those of the next: one function a step, on plain objects.

2.0.0 of `temporal_segmentation`: a confounder without a name (`retention`) has null where 1.x had an empty text, so
that no reader takes it for a model, version or project of that name.
"""

from collections.abc import Callable, Iterator

Plain = dict[str, object]
Migration = Callable[[Plain], Plain]


def _segmentation_2(plain: Plain) -> Plain:
    for confounder in _each(plain, "comparisons", "confounders"):
        if confounder.get("name") == "":
            confounder["name"] = None
    return plain


def _each(plain: Plain, *path: str) -> Iterator[Plain]:
    """Yield the objects in the lists that the path names, one below the other; what is none is left to the reader."""
    if not path:
        yield plain
        return
    inner = plain.get(path[0])
    for one in inner if isinstance(inner, list) else ():
        if isinstance(one, dict):
            yield from _each(one, *path[1:])


MIGRATIONS: dict[tuple[str, int], Migration] = {("temporal_segmentation", 1): _segmentation_2}
"""(schema type, the MAJOR that it starts from) → one step to the next MAJOR."""
