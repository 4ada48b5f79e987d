"""Copies of history: a resumed session in a new file, a forked session."""

from dataclasses import replace

from tests.transcripts_made.files import Json
from tests.transcripts_made.naming import timestamp
from tests.transcripts_made.thread import Thread, identity_of


def copy_lines(source: Thread, target: Thread, *, rewrite: bool, keep_session: bool = False) -> None:
    """Append the main lines of `source` to the file of `target`, as resuming (`rewrite`) or forking does.

    Resuming in 1.0.x gave new uuids, the time of copying and no request; forking keeps all of them.
    """
    uuids: dict[str, str] = {}
    for line in source.written:
        copy: Json = {key: value for key, value in line.items() if not (rewrite and key == "requestId")}
        if not keep_session:
            copy["sessionId"] = target.setting.session_id
        if rewrite:
            target.now += 2
            uuids[str(line["uuid"])] = target.book.names.uuid()
            copy |= {"uuid": uuids[str(line["uuid"])], "timestamp": timestamp(target.now)}
            copy["parentUuid"] = uuids.get(str(line["parentUuid"]))
        target.bare_line(copy)
        _note(source, target, line, copy, keep_session=keep_session)
        target.parent = str(copy["uuid"])
        target.written.append(copy)
    target.take_over(source)


def _note(source: Thread, target: Thread, source_line: Json, copy: Json, *, keep_session: bool) -> None:
    """Count a copied line in the session whose id it bears; a message without an id is another one in each copy."""
    kind = copy["type"]
    if kind not in {"user", "assistant", "system"}:
        return
    setting = source.setting if keep_session else replace(target.setting, era=source.setting.era)
    session = target.book.truth.see(setting.session_id, setting.cwd, setting.era.version, str(copy["timestamp"]))
    if kind == "system":
        return
    session.messages.add(identity_of(copy))
    nameless = target.book.truth.messages.get(f"line {source_line['uuid']}")
    if nameless is not None:
        owner = source.owner if keep_session else target.owner
        target.book.truth.messages[f"line {setting.path} {copy['uuid']}"] = replace(nameless, owner=owner)
