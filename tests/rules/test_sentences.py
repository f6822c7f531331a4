"""What the rules say stands in one table; another language is another table with the same keys and gaps."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import quoting.domain.controls as controls
from quoting.cli.prose import Language, paragraphs
from quoting.cli.prose_en import TEXTS, WORDS
from quoting.domain.controls.determine import determine
from quoting.domain.controls.sentences import Said, retold, say
from quoting.domain.controls.sentences_en import SENTENCES
from quoting.wire.determination import determination_with_flips
from tests.rules.builders_law import a_deal, cases, the_rules, transaction_of

HERE = Path(controls.__path__[0])
MODULES = sorted(p for p in HERE.rglob("*.py") if p.name != "sentences_en.py")
SPEAKING = [
    p for p in MODULES if p.parent.name == "regimes" or p.name in ("determine.py", "clearances.py", "unknown.py")
]
OTHER = {key: "«" + text + "»" for key, text in SENTENCES.items()}


def gaps(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def calls(name: str) -> Iterator[ast.Call]:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def literals(node: ast.AST) -> Iterator[str]:
    """Every text in a piece of code, f-strings too."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def sentences_in(path: Path) -> Iterator[str]:
    """Texts of more than two words that are no docstring and no label of a value that was read."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    excused: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            excused.add(node.value)
        if isinstance(node, ast.Tuple) and node.elts:
            excused.add(node.elts[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "LookupError":
            excused.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in excused:
            words = [w for w in node.value.split() if w.isalpha() and w.islower()]
            if len(words) > 2:
                yield node.value


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_no_sentence_stands_in_the_code_of_a_rule(path: Path) -> None:
    assert list(sentences_in(path)) == []


def test_every_sentence_of_the_table_is_said_somewhere() -> None:
    written = {text for path in MODULES for text in literals(ast.parse(path.read_text(encoding="utf-8")))}

    assert set(SENTENCES) - written == set()


def test_every_sentence_that_is_said_is_in_the_table_with_its_gaps_filled() -> None:
    wrong = []
    for call in calls("say"):
        keys = {call.args[0].value} if isinstance(call.args[0], ast.Constant) else set(literals(call.args[0]))
        named = {k for k in keys if k in SENTENCES}
        filled = {k.arg for k in call.keywords}
        if isinstance(call.args[0], ast.Constant) and not named:
            wrong.append((call.lineno, keys))
        wrong += [(call.lineno, key) for key in named if gaps(SENTENCES[key]) - filled]

    assert wrong == []


def test_text_without_gaps_has_no_braces() -> None:
    assert [key for key, text in SENTENCES.items() if not gaps(text) and ("{" in text or "}" in text)] == []


def test_sentence_is_said_again_in_another_language_with_what_stands_in_it() -> None:
    nested = say("aca_open", because=say("why_scope"), name="ACA")

    assert (
        retold(nested, OTHER)
        == "««the destination is in scope and the item is one that ACA carries»: Licence Exception ACA, no notice»"
    )
    assert retold("of the caller", OTHER) == "of the caller"


@pytest.mark.parametrize("case", cases()[::5], ids=lambda case: case["id"])
def test_every_reason_of_an_answer_can_be_said_in_another_language(case: dict[str, object]) -> None:
    made = determine(transaction_of(case), the_rules())
    said = [f.because for f in made.findings] + [q.question for q in made.open_questions]
    said += [c.because for c in made.considered]

    assert [text for text in said if not retold(text, OTHER).startswith("«")] == []


def test_explanation_speaks_the_language_it_is_asked_in() -> None:
    deal = a_deal()
    told = "\n".join(paragraphs(determination_with_flips(deal, the_rules()), deal, Language(TEXTS, WORDS, OTHER)))

    assert "«a data-centre item of 3A090.a goes to or within Macau or a D:5 place»" in told


def test_said_sentence_survives_being_copied() -> None:
    again = copy.deepcopy(say("check", check="the owner"))

    assert isinstance(again, Said)
    assert (again, again.key, again.values) == ("Check: the owner.", "check", {"check": "the owner"})
