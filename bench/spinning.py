"""`sotto` whose engine waits as it does by default, threads spinning: `python -m bench.spinning serve`."""

from __future__ import annotations

from sottovoce.cli.main import main
from sottovoce.engine import supervisor

if __name__ == "__main__":
    del supervisor.CHILD_ENVIRONMENT["GOMP_SPINCOUNT"]
    main()
