from __future__ import annotations

import logging
import os

from sottovoce.cli._log import keep_log


def test_what_parts_log_goes_to_a_private_file_and_not_to_the_screen(home, capsys):
    keep_log(home, debug=False)
    logging.getLogger("sottovoce.engine").warning("the engine died")
    logging.getLogger("sottovoce.engine").info("nothing special")
    logging.getLogger("some.library").warning("noise")
    logging.getLogger("asyncio").error("noise as well")
    file = home.logs / "sotto.log"
    assert "WARNING sottovoce.engine: the engine died" in file.read_text()
    assert "special" not in file.read_text()
    assert os.name == "nt" or file.stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr() == ("", "")


def test_a_log_that_cannot_be_written_disturbs_nobody(home, capsys):
    home.logs.rmdir()
    keep_log(home, debug=False)
    logging.getLogger("sottovoce").warning("lost")
    assert capsys.readouterr() == ("", "")


def test_a_log_is_bounded(home):
    keep_log(home, debug=True)
    for _ in range(1500):
        logging.getLogger("sottovoce").debug("x" * 1000)
    assert sum(file.stat().st_size for file in home.logs.iterdir()) < 1_100_000


def test_an_unforeseen_error_is_logged_without_its_words(home):
    keep_log(home, debug=False)
    try:
        raise KeyError("correct-horse-battery-staple")
    except KeyError:
        logging.getLogger("sottovoce.engine").exception("Looking after the engine failed")
    said = (home.logs / "sotto.log").read_text()
    assert "Looking after the engine failed" in said
    assert "builtins.KeyError" in said
    assert "test_log.py" in said
    assert "staple" not in said.replace('raise KeyError("correct-horse-battery-staple")', "")
