"""docs/workflow.md says what the machines do.

``WORKFLOW_DOC=write pytest tests/referrals/test_workflow_document.py`` writes it anew.
"""

from __future__ import annotations

import os

from referrals.workflow.diagram import MACHINES, document
from tests.support.house import ROOT

DOCUMENT = ROOT / "docs" / "workflow.md"


def test_the_document_says_what_the_machines_do():
    wanted = document()
    if os.environ.get("WORKFLOW_DOC") == "write":
        DOCUMENT.write_text(wanted, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == wanted, "WORKFLOW_DOC=write pytest " + __file__


def test_the_machines_are_whole():
    """Every step is somebody's, from and to states there are; its event fits; all is reachable."""
    for machine in MACHINES:
        events, before = machine.events._meta.get_field("kind"), set()
        for name, step in machine.steps.items():
            assert step.who, name
            assert len(step.event) <= events.max_length, name
            assert not events.choices or step.event in dict(events.choices), name
            for state in (*step.sources, *([step.target] if step.target else [])):
                assert state in machine.states.values, name
        reached = {step.target for step in machine.steps.values() if not step.sources}
        while before != reached:
            before = set(reached)
            reached |= {
                step.target
                for step in machine.steps.values()
                if step.target and reached & set(step.sources)
            }
        assert reached == set(machine.states.values), machine.name
