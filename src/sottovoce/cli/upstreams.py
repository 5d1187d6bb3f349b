"""sotto upstreams: models elsewhere, what is known of them, and one question to try them with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sottovoce.cli._given import Given

EXAMPLES = """\b
Examples:
  sotto upstreams add cellar --url http://192.168.1.5:7886 --model starter --where inside --key-file key.txt
  sotto upstreams add far --url https://api.example.com/v1 --model large --where outside --key-file key.txt \\
    --by "Example Ltd" --price 0.25/2.00 --currency EUR --limit 5/month --limit 20MB/day
  sotto upstreams test cellar"""


@click.group(epilog=EXAMPLES)
def upstreams() -> None:
    """Models elsewhere: a bigger machine in the house, or a service.

    Nothing is sent there before you say so. Each is one file that holds no key, to be passed on to others.
    """


@upstreams.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_upstreams(given: Given, /, as_json: bool) -> None:
    """List the models elsewhere that are known."""
    from sottovoce.cli._upstreams import data, side
    from sottovoce.hybrid import keys
    from sottovoce.hybrid import upstreams as files

    home = given.open_home()
    found = [(one, keys.place_of(home, one.name)) for one in files.listed(home)]
    if as_json:
        given.show.data([data(one, place) for one, place in found])
    elif found:
        rows = [
            (one.name, one.model, side(one), one.by, place, one.problem or one.url) for one, place in found
        ]
        given.show.table(("name", "model", "where", "who runs it", "key in", "address"), rows, said=(2, 4))
    else:
        given.show.note(
            "No model elsewhere is known. To name one: sotto upstreams add NAME --url URL --model M"
        )


@upstreams.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(given: Given, /, name: str, as_json: bool) -> None:
    """Print the file of a model elsewhere, as it can be passed on, and what it has used."""
    import time
    from contextlib import closing

    from sottovoce.cli._upstreams import data, told_of
    from sottovoce.hybrid import keys
    from sottovoce.hybrid import upstreams as files
    from sottovoce.hybrid.asking import spent_in

    home = given.open_home()
    found = files.get(name, home)
    with closing(given.open_database()) as database:
        used = database.look(lambda conn: spent_in(conn, found, time.time()))
    place = keys.place_of(home, name)
    if as_json:
        given.show.data(data(found, place, used))
        return
    given.show.plain(files.written(found).rstrip("\n"))
    for line in told_of(found, place, used):
        given.show.note(line)


@upstreams.command()
@click.argument("name")
@click.option(
    "--file", "file", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="Take this file."
)
@click.option("--url", help="The address of its server, as http://192.168.1.5:7886 or https://…/v1.")
@click.option("--model", "model", metavar="M", help="The model that is asked, by its name there.")
@click.option(
    "--kind", type=click.Choice(["openai", "anthropic"]), help="The protocol spoken there.  [default: openai]"
)
@click.option(
    "--where",
    type=click.Choice(["inside", "outside"]),
    help="Inside: this machine or your own network. An address on the other side is refused.",
)
@click.option(
    "--authority",
    type=click.Path(dir_okay=False, exists=True, resolve_path=True),
    metavar="FILE",
    help="The certificates (PEM) of those who alone may vouch for its server.",
)
@click.option("--by", metavar="WHO", help="Who runs it.")
@click.option("--price", metavar="IN/OUT", help="The price of a million tokens, read and written: 0.25/2.00.")
@click.option("--currency", metavar="CUR", help="The currency of the price, as EUR.")
@click.option("--terms", help="Its terms, or where they stand.")
@click.option("--retention", help="What is kept there of questions, and for how long, as stated.")
@click.option(
    "--stated", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The day on which both were read."
)
@click.option(
    "--window", type=int, metavar="N", help="Tokens of a question with its answer.  [default: 8192]"
)
@click.option("--longest", type=int, metavar="N", help="Tokens of the longest answer.  [default: 1024]")
@click.option(
    "--limit",
    "limits",
    metavar="N/PERIOD",
    multiple=True,
    help="The most of a day or a month: 5/month (money), 90000tokens/day, 20MB/day; may be given again.",
)
@click.option(
    "--key-file",
    type=click.File("rb"),
    metavar="FILE",
    help="A file that holds the key and nothing else; - is standard input.",
)
@click.pass_obj
def add(given: Given, /, name: str, file: Path | None, key_file: Any, **said: Any) -> None:
    """Describe a model elsewhere. Nothing is sent there.

    The key goes to this address alone. It is kept in a file of its own that only you can read, or in the
    system's keyring: sotto settings set keys_in keyring.
    """
    from sottovoce.cli._upstreams import described, read_key, warnings
    from sottovoce.core.errors import BadValue
    from sottovoce.hybrid import keys
    from sottovoce.hybrid import upstreams as files
    from sottovoce.hybrid.trust import trust_of
    from sottovoce.hybrid.upstream import checked

    home = given.open_home()
    if file is None:
        made = checked(described(name, said))
        trust_of(made)
    elif any(said.values()):
        raise BadValue("A file says all of a model elsewhere.", hint="Give --file, or the other options")
    else:
        made = files.renamed(file, name)
    key = None if key_file is None else read_key(key_file)
    path = files.add(home, made)
    if key is not None:
        try:
            keys.keep(home, made, key, given.settings().keys_in)
        except BaseException:  # a stop as well: no description stays without its key
            files.remove(home, name)
            raise
    given.show.plain(str(path))
    for line in warnings(made, key is not None):
        given.show.note(line)


@upstreams.command()
@click.argument("name")
@click.option(
    "--key-file",
    type=click.File("rb"),
    required=True,
    metavar="FILE",
    help="A file that holds the key and nothing else; - is standard input.",
)
@click.pass_obj
def key(given: Given, /, name: str, key_file: Any) -> None:
    """Give a model elsewhere its key, in place of the one that it has.

    It is kept where the setting keys_in says, and gone from where the old one stood.
    """
    from sottovoce.cli._upstreams import read_key, told_of_key
    from sottovoce.hybrid import keys
    from sottovoce.hybrid import upstreams as files

    home = given.open_home()
    keys.keep(home, files.get(name, home), read_key(key_file), given.settings().keys_in)
    given.show.line(told_of_key(keys.place_of(home, name)))


@upstreams.command()
@click.argument("name")
@click.pass_obj
def remove(given: Given, /, name: str) -> None:
    """Forget a model elsewhere, and its key. What it has used stays counted."""
    from sottovoce.hybrid import keys
    from sottovoce.hybrid import upstreams as files

    home = given.open_home()
    files.path_of(name, home)  # or it is no name, and must become no path
    keys.forget(home, name)  # first: a keyring that does not open leaves both
    files.remove(home, name)
    given.show.line(f"Removed: {name}")


@upstreams.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def test(given: Given, /, name: str, yes: bool, as_json: bool) -> None:
    """Send one short question to a model elsewhere, once you have said yes."""
    from sottovoce.cli._run import run
    from sottovoce.cli._trying import tried

    run(tried(given, name, yes=yes, as_json=as_json))
