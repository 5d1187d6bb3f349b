"""LanceDB's hybrid search over the same passages and the same vectors.

Installed into a folder of its own beside this one, once (about 450 MB).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sottovoce.knowledge import documents
from sottovoce.knowledge.shelf import Shelf

RELEASE = "lancedb==0.40.0"
FOLDER = Path(__file__).parent.parent / ".peer-kb"
LIMIT = 200
SCRIPT = """
import json, sys
import lancedb, numpy as np
from lancedb.rerankers import RRFReranker

folder, limit = sys.argv[1], int(sys.argv[2])
given = json.load(open(f"{folder}/given.json"))
vectors = np.load(f"{folder}/vectors.npy")
asked = np.load(f"{folder}/questions.npy")
rows = [
    {"text": text, "document": document, "vector": vector}
    for text, document, vector in zip(given["texts"], given["documents"], vectors)
]
table = lancedb.connect(f"{folder}/db").create_table("passages", rows)
table.create_fts_index("text", use_tantivy=False)
found = []
for question, vector in zip(given["questions"], asked):
    search = table.search(query_type="hybrid").vector(vector).text(question)
    found.append([one["document"] for one in search.rerank(RRFReranker()).limit(limit).to_list()])
json.dump(found, open(f"{folder}/found.json", "w"))
"""


def answers(
    shelf: Shelf, passages: Mapping[int, str], vectors: Any, questions: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Return the documents that the peer finds for each question; none where it cannot be installed."""
    python = built()
    if python is None:
        return {}
    names = {one.number: one.name for one in shelf.file.look(documents.listed)}
    rows = shelf.file.look(lambda conn: conn.execute("SELECT number, document FROM passages").fetchall())
    owners = dict(rows)
    with tempfile.TemporaryDirectory(prefix="sotto-peer-") as folder:
        given = {
            "texts": list(passages.values()),
            "documents": [names[owners[number]] for number in passages],
            "questions": list(questions),
        }
        (Path(folder) / "given.json").write_text(json.dumps(given))
        np.save(f"{folder}/vectors.npy", vectors)
        np.save(f"{folder}/questions.npy", np.array(list(questions.values())))
        subprocess.run([str(python), "-c", SCRIPT, folder, str(LIMIT)], check=True, capture_output=True)
        found = json.loads((Path(folder) / "found.json").read_text())
    return dict(zip(questions, found, strict=True))


def built() -> Path | None:
    """Return a Python that has the peer, installing it the first time."""
    python = FOLDER / "bin" / "python"
    test = [str(python), "-c", "import lancedb"]
    if not python.exists() or subprocess.run(test, capture_output=True, check=False).returncode:
        print("  installing the peer (about 450 MB, once) ...")
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        install = [str(python), "-m", "pip", "install", "-q", RELEASE]
        if subprocess.run(install, check=False).returncode:
            print("  the peer could not be installed; its row is left out")
            return None
    return python
