"""Write the nouns of the page's own API to openapi.json here; `npm run api` makes types of them."""

from __future__ import annotations

import json
from pathlib import Path

from sottovoce.server import app_api, enter
from sottovoce.server.description.document import describe

FILE = Path(__file__).with_name("openapi.json")

if __name__ == "__main__":
    found = describe((*app_api.ENDPOINTS, *enter.ENDPOINTS))
    found["paths"] = {}  # ten times as long, and the page names its own
    FILE.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True), "utf-8")
