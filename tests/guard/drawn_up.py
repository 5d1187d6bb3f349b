"""Texts that repeat much and rightly, of the kinds that are made by a rule: tables, series, drawings, code.

Each is a question and its answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TREES = ("oak", "ash", "elm", "fir", "yew", "birch", "beech", "maple", "willow", "alder", "larch", "pine")
EVERGREEN = ("fir", "yew", "pine")
TOWNS = ("Arden", "Brae", "Corby", "Dunmore", "Elmsby", "Farrow", "Garth", "Holme", "Inver", "Jarrow")


def all_of_them() -> Iterator[tuple[str, str]]:
    """Yield every question with its answer."""
    yield from _times_tables()
    yield from _numbers()
    yield from _rows()
    yield from _drawings()
    yield from _code()
    yield from _series()


def _times_tables() -> Iterator[tuple[str, str]]:
    for factor in (2, 5, 7, 9, 12, 25):
        rows = [f"{factor} × {at} = {factor * at}" for at in range(1, 21)]
        yield f"What is the {factor} times table?", "\n".join(rows)
    yield "Show me powers of two.", "\n".join(f"2^{at} = {2**at:,}" for at in range(1, 33))
    yield "Which numbers are square?", ", ".join(f"{at * at}" for at in range(1, 61))
    yield "Add one to each number up to forty.", "\n".join(f"{at} + 1 = {at + 1}" for at in range(1, 41))
    yield (
        "九九乘法口诀表",
        "\n".join(
            " ".join(f"{small}×{large}={small * large}" for small in range(1, large + 1))
            for large in range(1, 10)
        ),
    )
    yield (
        "What is 13 in other bases?",
        "\n".join(f"Base {base}: {13 % base}, rest {13 // base}" for base in range(2, 25)),
    )


def _numbers() -> Iterator[tuple[str, str]]:
    yield "What is a googol?", f"A googol is 1{'0' * 100}, a one with a hundred zeros."
    yield "What is 1/3 as a decimal?", f"One third is 0.{'3' * 60}…, and the threes never end."
    yield "What is 1/7?", f"1/7 = 0.{'142857' * 12}…, where 142857 comes again and again."
    yield "Count to a hundred.", ", ".join(str(at) for at in range(1, 101))
    yield "Count down from fifty.", " ".join(f"{at}," for at in range(50, 0, -1)) + " lift-off!"
    yield "Even numbers up to 150?", ", ".join(str(at) for at in range(2, 151, 2))
    yield "What is 255 in binary?", "255 is 11111111 in binary, and 65535 is 1111111111111111."
    yield "What is the largest 64-bit number in binary?", f"It is {'1' * 64}: sixty-four ones."
    yield (
        "How large is a quadrillion?",
        "It is 1,000,000,000,000,000: one followed by fifteen zeros, in five groups.",
    )
    yield "What is 10 to the 60?", f"It is 1{',000' * 20}."
    yield "从一数到五十", "，".join(str(at) for at in range(1, 51)) + "。"
    yield "Give me the IP addresses of the subnet.", "\n".join(f"192.168.0.{at}" for at in range(1, 41))
    yield "Which years were leap years?", ", ".join(str(year) for year in range(1904, 2025, 4))


def _rows() -> Iterator[tuple[str, str]]:
    head = "| Day | Morning | Afternoon |\n|---|---|---|\n"
    yield "Plan my week.", head + "".join(f"| {day} | Work | Walk |\n" for day in DAYS)
    yield "When is the shop open?", "\n".join(f"{day}: 9:00 to 17:00" for day in DAYS)
    yield (
        "When are the library and the pool open?",
        "\n".join(f"**{day}:** library 9:00–18:00, pool 7:00–20:00" for day in DAYS),
    )
    yield (
        "How long are the months?",
        "\n".join(
            f"- {month}: {28 if at == 1 else 30 if at in (3, 5, 8, 10) else 31} days"
            for at, month in enumerate(MONTHS)
        ),
    )
    yield "An empty table for scores, please.", "| Name | Score |\n|---|---|\n" + "|  |  |\n" * 14
    yield (
        "Make a table with ten empty rows.",
        "| A | B | C | D |\n|---|---|---|---|\n" + "|   |   |   |   |\n" * 10,
    )
    yield (
        "Compare the towns.",
        "| Town | Water | Power | Rail |\n|---|---|---|---|\n"
        + "".join(f"| {town} | Yes | Yes | {'No' if at % 3 else 'Yes'} |\n" for at, town in enumerate(TOWNS)),
    )
    yield (
        "Which trees are evergreen?",
        "\n".join(
            f"- **{tree.capitalize()}** – {'evergreen' if tree in EVERGREEN else 'loses its leaves'}"
            for tree in TREES
        ),
    )
    yield (
        "Price list?",
        "\n".join(f"{tree.capitalize():.<30}{'.' * 8} € {at + 4}.50" for at, tree in enumerate(TREES)),
    )
    yield "Give me the data as CSV.", "day,open,close\n" + "".join(f"{day},09:00,17:00\n" for day in DAYS * 2)
    yield (
        "A JSON list of users, please.",
        "[\n"
        + ",\n".join(
            f'  {{"id": {at}, "name": "{town}", "active": true, "role": "user", "score": 0}}'
            for at, town in enumerate(TOWNS, 1)
        )
        + "\n]",
    )
    yield "JSON with twenty falses.", "[" + ", ".join(["false"] * 20) + "]"
    yield (
        "Set all of the flags to null in JSON.",
        "{\n" + ",\n".join(f'  "{tree}": null' for tree in TREES) + "\n}",
    )
    yield (
        "Bus times from the station?",
        "\n".join(f"{hour:02}:05, {hour:02}:25, {hour:02}:45" for hour in range(6, 23)),
    )
    yield (
        "How do I say it in other towns?",
        "\n".join(f"In {town}, people say: good morning, neighbour." for town in TOWNS),
    )
    yield (
        "列出一周的安排",
        "\n".join(
            f"- {day}：上午上班，下午散步。"
            for day in ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
        ),
    )
    yield (
        "每个月有几天？",
        "\n".join(
            f"{at}月有{30 if at in (4, 6, 9, 11) else 28 if at == 2 else 31}天。" for at in range(1, 13)
        ),
    )
    yield "A checklist with empty boxes.", "\n".join(f"- [ ] Look at the {tree}" for tree in TREES)
    yield (
        "A form to fill in.",
        "\n".join(
            f"{word}: ______________________________" for word in ("Name", "Street", "Town", "Telephone")
        ),
    )
    yield (
        "A score sheet for two players.",
        "Player 1: ___ ___ ___ ___ ___\nPlayer 2: ___ ___ ___ ___ ___\nTotal: ____",
    )
    yield (
        "Write a contents page.",
        "\n".join(f"{at}. {tree.capitalize()} {'.' * 50} {at * 7}" for at, tree in enumerate(TREES, 1)),
    )
    yield (
        "Which seats are free?",
        "\n".join(
            f"Row {row}: " + " ".join("X" if (row * seat) % 3 else "_" for seat in range(1, 13))
            for row in range(1, 9)
        ),
    )


def _drawings() -> Iterator[tuple[str, str]]:
    yield (
        "Draw a chess board.",
        "\n".join("".join("⬛⬜"[(row + column) % 2] for column in range(8)) for row in range(8)),
    )
    yield "Draw a box.", "+" + "-" * 30 + "+\n" + ("|" + " " * 30 + "|\n") * 8 + "+" + "-" * 30 + "+"
    yield "Draw a triangle of stars.", "\n".join(" " * (12 - at) + "*" * (2 * at + 1) for at in range(12))
    yield "Draw a square of hashes.", "```\n" + "\n".join(["#" * 12] * 8) + "\n```"
    yield "Show half of it as a bar.", "Progress: " + "█" * 20 + "░" * 20 + " 50 %"
    yield (
        "Show me a headline with a line below.",
        "The news of the day\n" + "=" * 60 + "\n\nNothing happened.",
    )
    yield (
        "Separate the parts by rules.",
        ("\n\n" + "-" * 80 + "\n\n").join(f"Part {at}" for at in range(1, 6)),
    )
    yield "Draw waves.", "~" * 60 + "\n" + "~^" * 30 + "\n" + "~" * 60
    yield "Draw a fence.", "|=|" * 20
    yield "A grid of dots.", "\n".join([". " * 12] * 8)
    yield "A grid of zeros, please.", "\n".join(["0 0 0 0 0 0 0 0"] * 8)
    yield "Noughts and crosses board?", "   |   |   \n---+---+---\n   |   |   \n---+---+---\n   |   |   "
    yield "画一条分隔线", "—" * 40 + "\n完"
    yield "A brick wall in text.", ("|___|___|___|___|___|\n|_|___|___|___|___|_|\n") * 5
    yield "A mountain in ASCII art.", "      /\\\n     /  \\\n    /    \\\n   /      \\\n  /________\\\n"
    yield "Show a heart of emoji.", "❤️❤️   ❤️❤️\n❤️❤️❤️❤️❤️❤️\n  ❤️❤️❤️❤️\n    ❤️❤️"
    yield "Five stars?", "⭐⭐⭐⭐⭐ for the food, ⭐⭐⭐⭐ for the service, ⭐⭐⭐⭐⭐ for the view."
    yield "A piano's keys in signs.", "| |█|█| | |█|█|█| | |█|█| | |█|█|█| |\n" * 3


def _code() -> Iterator[tuple[str, str]]:
    def fenced(language: str, lines: list[str]) -> str:
        return f"Here it is:\n\n```{language}\n" + "\n".join(lines) + "\n```\n"

    yield "Press tab six times in Playwright.", fenced("python", ['await page.keyboard.press("Tab")'] * 6)
    yield (
        "How do I print a blank line?",
        fenced("python", ["print()", "print()", 'print("Hello")', "print()", "print()"]),
    )
    yield (
        "Insert the towns.",
        fenced("sql", [f"INSERT INTO towns (name, active) VALUES ('{town}', TRUE);" for town in TOWNS]),
    )
    yield (
        "An 8 by 8 matrix of zeros in C.",
        fenced("c", ["int board[8][8] = {", *["    {0, 0, 0, 0, 0, 0, 0, 0},"] * 8, "};"]),
    )
    yield (
        "An identity matrix?",
        fenced(
            "python",
            [
                "[",
                *(
                    f"    [{', '.join('1' if row == column else '0' for column in range(6))}],"
                    for row in range(6)
                ),
                "]",
            ],
        ),
    )
    yield (
        "A list of links in HTML.",
        fenced("html", [f'<li><a href="#{town.lower()}">{town}</a></li>' for town in TOWNS]),
    )
    yield "Six empty table rows in HTML.", fenced("html", ["<tr><td></td><td></td></tr>"] * 6)
    yield (
        "CSS for the trees.",
        fenced("css", [f".{tree} {{\n  color: green;\n  margin: 0;\n  padding: 0;\n}}" for tree in TREES]),
    )
    yield (
        "Getters for these fields.",
        fenced(
            "java",
            [f"public String get{tree.capitalize()}() {{\n    return this.{tree};\n}}" for tree in TREES[:8]],
        ),
    )
    yield (
        "Test each tree.",
        fenced("python", [f'def test_{tree}():\n    assert grows("{tree}")\n' for tree in TREES]),
    )
    yield (
        "How do I swallow the errors of two calls?",
        fenced(
            "python",
            [
                f"try:\n    {name}()\nexcept Exception as problem:\n    log.error(problem)\n    raise"
                for name in ("read", "write", "close")
            ],
        ),
    )
    yield (
        "Make folders in the shell.",
        fenced("bash", [f"mkdir -p /srv/data/{town.lower()}" for town in TOWNS]),
    )
    yield (
        "A drum pattern in text.",
        fenced("", ["H |x-x-x-x-|x-x-x-x-|", "S |----o---|----o---|", "B |o-------|o-------|"] * 2),
    )
    yield (
        "Blink three times on an Arduino.",
        fenced(
            "cpp", ["digitalWrite(13, HIGH);", "delay(500);", "digitalWrite(13, LOW);", "delay(500);"] * 3
        ),
    )
    yield (
        "A switch over the months.",
        fenced("js", [f'case {at}: return "{month}";' for at, month in enumerate(MONTHS, 1)]),
    )
    yield (
        "What does a hex dump of zeros look like?",
        fenced("", [f"{at * 16:08x}  00 00 00 00 00 00 00 00" for at in range(12)]),
    )
    yield (
        "Nested ifs, please.",
        fenced("python", [f"{'    ' * depth}if a[{depth}]:" for depth in range(8)] + ["    " * 8 + "pass"]),
    )
    yield (
        "A YAML list of jobs.",
        fenced("yaml", [f"- name: {town}\n  runs: daily\n  retries: 3\n  enabled: true" for town in TOWNS]),
    )
    yield "用Python打印五次你好", fenced("python", ['print("你好")'] * 5)
    yield "Import the modules.", fenced("python", [f"from garden.trees import {tree}" for tree in TREES])
    yield (
        "Show a log of pings.",
        fenced("", [f"64 bytes from 10.0.0.1: icmp_seq={at} ttl=64 time=0.0{at} ms" for at in range(1, 10)]),
    )


def _series() -> Iterator[tuple[str, str]]:
    yield (
        "Tell me about each tree.",
        "\n".join(f"{at}. The {tree} is a tree that grows here." for at, tree in enumerate(TREES, 1)),
    )
    yield "Who lives where?", " ".join(f"The smith of {town} lives in {town}." for town in TOWNS)
    yield (
        "Say hello to everyone.",
        "\n".join(f"Hello, {town}! It is good to see you here today." for town in TOWNS),
    )
    yield (
        "What does each month bring?",
        "\n".join(f"{month} brings new work to the farm." for month in MONTHS),
    )
    yield (
        "What happens each hour?",
        "\n".join(
            f"At {hour} o'clock, the guard walks from the {TREES[hour - 1]} to the gate."
            for hour in range(1, 13)
        ),
    )
    yield (
        "Which tree comes after which?",
        "\n".join(f"After the {one} comes the {other}." for one, other in pairwise(TREES)),
    )
    yield (
        "How long is the walk from town to town?",
        "\n".join(f"From {one} to {other}: {4 + at} km." for at, (one, other) in enumerate(pairwise(TOWNS))),
    )
    yield (
        "Stages of the race?",
        "\n".join(f"Stage {at}: from {TOWNS[at - 1]} to {TOWNS[at]}, {at * 11} km" for at in range(1, 10)),
    )
    yield "Rooms and their keys?", "\n".join(f"Room {at}: key {at * 3 + 1}" for at in range(101, 131))
    yield "What is on each page?", "\n".join(f"Page {at}: {tree}" for at, tree in enumerate(TREES * 2, 1))
    yield (
        "Was ist in jedem Monat zu tun?",
        "\n".join(f"Im {month} wird der Garten gepflegt." for month in MONTHS),
    )
    yield (
        "每棵树怎么样？",
        "\n".join(
            f"{at}. 第{at}棵是{tree}，长得很好。"
            for at, tree in enumerate(("橡树", "松树", "柳树", "枫树", "榆树", "桦树", "杉树", "杨树"), 1)
        ),
    )
    yield (
        "Who begat whom?",
        " ".join(f"{one} begat {other};" for one, other in pairwise(TOWNS)),
    )
