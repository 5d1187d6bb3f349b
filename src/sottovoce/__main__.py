"""python -m sottovoce, and the command sotto."""

from __future__ import annotations


def start() -> None:
    """Run the program. Ctrl-C while it is still being loaded ends it as later: without a traceback."""
    try:
        from sottovoce.cli.main import main

        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    start()
