"""What the generator declares and what extraction found, in the same words, so that they can be compared."""

from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from analysis import extract_all_sessions, extract_enriched_data
from common.records.extraction import EnrichedSessions, FullSessions
from common.records.sessions import Delegation, Session, UnlinkedRun
from common.records.tokens import Tokens
from common.records.workflows import Workflow
from tests.transcripts_made import Corpus, Spent, Truth
from tests.transcripts_made.truth import DelegationTruth, Owner, SessionTruth, UnlinkedTruth, WorkflowTruth

Facts = dict[str, object]


@dataclass(frozen=True, slots=True)
class Both:
    """A corpus as declared and as found."""

    corpus: Corpus
    found: FullSessions
    enriched: EnrichedSessions

    @property
    def truth(self) -> Truth:
        return self.corpus.truth


def extract(corpus: Corpus, folder: Path) -> Both:
    """Write the corpus, run extraction on it, and return both sides."""
    corpus.write(folder / "root")
    sessions, enriched = folder / "full_sessions_data.json", folder / "enriched_sessions_data.json"
    manifest = folder / "cache" / "manifest.json"
    extract_all_sessions.main(
        projects=(str(folder / "root"),),
        cache=folder / "cache",
        sessions=sessions,
        diagnostics=folder / "extraction_diagnostics.jsonl",
        manifest=manifest,
        workers=1,
    )
    extract_enriched_data.main(manifest=manifest, sessions=enriched)
    return Both(
        corpus,
        msgspec.json.decode(sessions.read_bytes(), type=FullSessions),
        msgspec.json.decode(enriched.read_bytes(), type=EnrichedSessions),
    )


def spent(tokens: Tokens) -> Spent:
    """Return found tokens in the generator's words."""
    return Spent(
        tokens.messages,
        tokens.input,
        tokens.output,
        tokens.cache_creation,
        tokens.cache_read,
        tokens.messages_without_stop_reason,
    )


def declared_delegation(truth: Truth, delegation: DelegationTruth) -> Facts:
    """Return what is declared of a delegation; what the lines do not settle is left out."""
    facts = asdict(delegation)
    facts["prompt_length"] = len(str(facts.pop("prompt")))
    del facts["context_before"], facts["duration_seconds"], facts["times"]
    facts["active_seconds"] = delegation.active_seconds
    run = delegation.link is not None
    facts["spent"] = truth.spent(("run", delegation.tool_use_id)) if run else None
    if not run:
        del facts["depth"]
    return facts


def found_delegation(delegation: Delegation, session_id: str, declared: Facts) -> Facts:
    """Return the same facts as extraction found them."""
    run = delegation.run
    facts: Facts = {
        name: getattr(delegation, name) for name in declared if name in Delegation.__struct_fields__ and name != "run"
    }
    facts |= {"session_id": session_id, "agent_id": run.agent_id if run else None}
    facts["spent"] = spent(run.tokens) if run else None
    return facts | ({"depth": run.depth if run else None} if "depth" in declared else {})


def declared_session(truth: Truth, session: SessionTruth) -> Facts:
    return {
        "cwd": session.cwd,
        "versions": session.versions,
        "first_timestamp": min(session.timestamps),
        "last_timestamp": max(session.timestamps),
        "message_count": len(session.messages),
        "delegation_count": len(truth.of_session(session.session_id)),
        "spent": truth.spent(("session", session.session_id)),
    }


def found_session(session: Session) -> Facts:
    names = ("cwd", "versions", "first_timestamp", "last_timestamp", "message_count", "delegation_count")
    return {name: getattr(session, name) for name in names} | {"spent": spent(session.tokens)}


def declared_unlinked(truth: Truth, run: UnlinkedTruth) -> Facts:
    return {"kind": run.kind, "session_id": run.session_id, "spent": truth.spent(("unlinked", run.agent_id))}


def found_unlinked(run: UnlinkedRun) -> Facts:
    return {"kind": run.kind, "session_id": run.session_id, "spent": spent(run.tokens)}


def declared_workflow(truth: Truth, workflow: WorkflowTruth) -> Facts:
    facts = asdict(workflow)
    owners: list[Owner] = [("unlinked", agent_id) for agent_id in workflow.agent_ids]
    del facts["agent_ids"]
    return facts | {"spent": truth.spent(*owners) if owners else Spent()}


def found_workflow(workflow: Workflow) -> Facts:
    names = [name for name in WorkflowTruth.__slots__ if name not in {"agent_ids", "phases"}]
    facts: Facts = {name: getattr(workflow, name) for name in names}
    return facts | {"phases": [phase.name for phase in workflow.phases], "spent": spent(workflow.tokens)}
