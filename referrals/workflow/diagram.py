"""The machines drawn and tabled in Markdown, as docs/workflow.md has them."""

from __future__ import annotations

from collections.abc import Iterator

from referrals.workflow.application import APPLICATION
from referrals.workflow.assessment import ASSESSMENT
from referrals.workflow.machine import LONGEST_WORDS, Machine, Step, Who
from referrals.workflow.referral import REFERRAL

MACHINES = (APPLICATION, ASSESSMENT, REFERRAL)
HEAD = f"""# Движението на заявленията, оценките и насочванията

Този документ е направен от кода (`referrals/workflow/`) и се сверява с него при всяка проверка:
`WORKFLOW_DOC=write pytest tests/referrals/test_workflow_document.py` го пише наново. Състояние
не се променя по друг начин: стъпката заключва записа, проверява кой я прави, откъде и какво е
нужно, и в същата транзакция оставя следа – кога, кой, като какъв, от кое състояние в кое, с думи
за служителите и, ако гражданинът бива уведомен, с други думи за него (до {LONGEST_WORDS} знака).
Отказана стъпка не променя нищо. Следите не се поправят и не се трият: пазят ги тригери в базата.

На чертежите са стъпките, които сменят състоянието; в таблиците – всички. „Където е“ значи, че
стъпката се прави в няколко състояния и не мести записа.
"""


def document() -> str:
    """Return docs/workflow.md: a diagram and a table of each machine."""
    return HEAD + "".join(_chapter(machine) for machine in MACHINES)


def _chapter(machine: Machine) -> str:
    return (
        f"\n## {machine.title}\n\n"
        "```mermaid\n" + "\n".join(_drawn(machine)) + "\n```\n\n" + "\n".join(_tabled(machine))
    ) + "\n"


def _drawn(machine: Machine) -> Iterator[str]:
    """Yield the lines of a state diagram; a state that nothing leaves is an end."""
    yield "stateDiagram-v2"
    for state in machine.states:
        yield f'    state "{state.label}" as {state.value}'
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in machine.steps.values():
        for source in step.sources or ("[*]",):
            if step.target and source != step.target:
                arrows.setdefault((str(source), str(step.target)), []).append(step.words)
    for (source, target), words in arrows.items():
        yield f"    {source} --> {target} : {' / '.join(dict.fromkeys(words))}"
    left = {source for source, _target in arrows}
    for state in machine.states:
        if state.value not in left:
            yield f"    {state.value} --> [*]"


def _tabled(machine: Machine) -> Iterator[str]:
    yield "| стъпка | име | кой | от | към | какво е нужно | следа |"
    yield "|---|---|---|---|---|---|---|"
    for name, step in machine.steps.items():
        demands = "; ".join(demand.words for demand in step.demands) or "–"
        who = ", ".join(str(each.label) for each in Who if each in step.who)
        target = _label(machine, step.target) if step.target else "където е"
        cells = (step.words, f"`{name}`", who, _from(machine, step), target, demands)
        yield "| " + " | ".join(cells) + f" | `{step.event}` |"


def _from(machine: Machine, step: Step) -> str:
    if not step.sources:
        return "начало"
    if set(step.sources) == set(machine.states):
        return "всяко"
    return ", ".join(_label(machine, source) for source in step.sources)


def _label(machine: Machine, state: str) -> str:
    return str(machine.states(state).label)
