"""Icon and words for verdicts and outcomes, as every screen of the service shows them: never colour alone.

What is unknown has a sign of its own and is never shown as a lighter "allowed"; so has a word of a later version.
"""

from __future__ import annotations

from collections.abc import Mapping

_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "allowed": ("✓", "allowed"),
    "allowed_with_advisory": ("✓", "allowed with advisory"),
    "licence_exception": ("◐", "licence exception"),
    "cannot_determine": ("?", "cannot determine"),
    "licence_required": ("◐", "licence required"),
    "prohibited": ("⊘", "prohibited"),
}
_VERDICTS: Mapping[str, tuple[str, str]] = {
    "feasible_safe": ("✓", "feasible, lawful as things stand"),
    "feasible_if_cleared": ("◐", "feasible only if what is open is cleared"),
    "infeasible": ("⊘", "infeasible: no plan meets every demand"),
}


def verdict_words(verdict: str) -> tuple[str, str]:
    """Icon and words of the verdict of a result."""
    return _VERDICTS.get(verdict, ("?", verdict.replace("_", " ")))


def outcome_words(outcome: str) -> tuple[str, str]:
    """Icon and words of the outcome of a determination."""
    return _OUTCOMES.get(outcome, ("?", outcome.replace("_", " ")))
