"""What the caller states about end use and evidence: true, false or null. Contract sections 2 and 5."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from quoting.domain.transaction import EndUse, Evidence
from quoting.wire.fields import Flag
from quoting.wire.shapes import Shape, present


class EndUseShape(Shape):
    supercomputer = Flag()
    military = Flag()
    military_intelligence = Flag()
    wmd = Flag()
    training_for_d5_party = Flag()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> EndUse:
        return EndUse(**data)


class EvidenceShape(Shape):
    case_by_case_certifications = Flag()
    authorisation_documented = Flag()
    red_flags_closed = Flag()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Evidence:
        return Evidence(**data)


def print_end_use(end_use: EndUse) -> dict[str, bool]:
    return present(
        supercomputer=end_use.supercomputer,
        military=end_use.military,
        military_intelligence=end_use.military_intelligence,
        wmd=end_use.wmd,
        training_for_d5_party=end_use.training_for_d5_party,
    )


def print_evidence(evidence: Evidence) -> dict[str, bool]:
    return present(
        case_by_case_certifications=evidence.case_by_case_certifications,
        authorisation_documented=evidence.authorisation_documented,
        red_flags_closed=evidence.red_flags_closed,
    )
