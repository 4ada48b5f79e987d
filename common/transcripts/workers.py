"""Read many files, with several processes if there is enough to read."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from common.errors import ScriptError
from common.transcripts.find import FoundFile
from common.transcripts.reading.file_reader import FileReading, read_file

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WORTH_A_PROCESS = 48 * 1024 * 1024
KEPT = 16 * 1024 * 1024

Job = tuple[FoundFile, FileReading | None]
Done = tuple[FoundFile, FileReading | str]


def read_files(jobs: Sequence[Job], workers: int) -> Iterator[Done]:
    """Yield each file with its reading as soon as it is read; with several processes in any order."""
    _keep_freed_memory()
    size = sum(file.stamp.size for file, _ in jobs)
    processes = min(workers, size // WORTH_A_PROCESS)
    if processes > 1:
        yield from _read_apart(_chunks(jobs, processes, size))
    else:
        for job in jobs:
            yield _read_one(job)


def _keep_freed_memory() -> None:
    """Free a large object, so that the allocator keeps freed blocks instead of returning each to the system.

    From then on glibc maps only larger blocks, and trims above twice that size (mallopt(3), M_MMAP_THRESHOLD). Without
    it the kernel clears the same pages again for each block of a file; other allocators are not affected.
    """
    bytes(KEPT)


def _read_one(job: Job) -> Done:
    file, before = job
    return file, read_file(file, before)


def _chunks(jobs: Sequence[Job], count: int, size: int) -> list[list[Job]]:
    """Divide jobs, in order, into chunks of about the same number of bytes."""
    chunks: list[list[Job]] = [[] for _ in range(count)]
    before = 0
    for job in jobs:
        chunks[min(count - 1, before * count // max(size, 1))].append(job)
        before += job[0].stamp.size
    return chunks


def _read_apart(chunks: list[list[Job]]) -> Iterator[Done]:
    """Read each chunk in a process of its own; one that dies is named with the file that it was at."""
    import multiprocessing  # noqa: PLC0415 - slow to import, and most runs read too little to need it
    from multiprocessing.connection import wait  # noqa: PLC0415 - likewise

    context = multiprocessing.get_context("spawn")
    at: dict[Connection[None, object], str] = {}
    running = {}
    try:
        for chunk in chunks:
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(chunk, sender), daemon=True)
            process.start()
            sender.close()
            running[receiver] = process
            at[receiver] = chunk[0][0].name if chunk else ""
        while running:
            ready = wait(list(running))
            for receiver in [pipe for pipe in running if pipe in ready]:
                try:
                    message = receiver.recv()
                except EOFError:
                    running[receiver].join()
                    code = running.pop(receiver).exitcode
                    raise ScriptError(
                        f"{at[receiver]}: the process that read this file died ({_how(code)}). The other files are"
                        " kept. Run it again, with workers=1 if memory is short"
                    ) from None
                if message is None:
                    running.pop(receiver).join()
                elif isinstance(message, str):
                    at[receiver] = message
                else:
                    yield message
    finally:
        for process in running.values():
            process.kill()
            process.join()


def _how(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit {code}"


def _work(chunk: list[Job], sender: "Connection[object, None]") -> None:
    _keep_freed_memory()
    for job in chunk:
        sender.send(job[0].name)
        sender.send(_read_one(job))
    sender.send(None)
