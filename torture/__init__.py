"""What the program must survive, done to it: `python -m torture`. Kills, power cuts, failing disks, crowds.

Each part is a module with `run(folder, figures, told) -> Result`. It says what is promised, tries that very
often, and tries it with a safeguard taken away: a control, which must find faults, or it shows nothing.
"""

PARTS = ("killing", "power", "failing", "malformed", "isolation", "egress", "secrets", "supply", "bearing")
"""In the order in which they are run, and stand on the page."""
