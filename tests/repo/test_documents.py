"""What the documents name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
# Where a document may leave off the start of a path; each says so.
PREFIXES = ("", "src/runward/", "src/runward/sandbox/")
PATH = re.compile(r"`((?:\./)?[\w.-]*/?(?:[\w.-]+/)*(?:[\w.-]+\.(?:py|c|h|md|toml|bash)|[\w-]+/))`")
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
MADE_LATER = {".venv/", ".venv-tools/", "dist/"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    named = set(PATH.findall(document.read_text())) - MADE_LATER

    assert {name for name in named if not any((ROOT / prefix / name).exists() for prefix in PREFIXES)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_decision_names_the_check_that_holds_it() -> None:
    decisions = list((ROOT / "docs/decisions").glob("*.md"))

    assert decisions
    assert [path.name for path in decisions if "**Held by.**" not in path.read_text()] == []
