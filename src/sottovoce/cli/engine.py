"""sotto engine: which build of the engine answers, and one made for this machine's own processor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli.building import build

if TYPE_CHECKING:
    from sottovoce.core.paths import Home
    from sottovoce.fit.built import Built, Proof

EXAMPLES = """\b
Examples:
  sotto engine show
  sotto engine build
  sotto engine use wheel
  sotto engine use native"""


@click.group(epilog=EXAMPLES)
def engine() -> None:
    """Engines: the one that came with the program, and those built for this very processor.

    The one that came runs on any processor of its kind, and leaves the newer instructions of yours unused.
    One that is built here uses them: prompts are read up to half as fast again, where a model's packing
    allows it.
    """


@engine.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_engines(given: Given, /, as_json: bool) -> None:
    """List the engines that are here. The first came with the program and is called wheel."""
    from sottovoce.fit import built

    home = given.open_home()
    there, chosen = built.listed(home), built.current(home).engine
    if as_json:
        given.show.data([_wheel(chosen), *(_data(home, one, chosen) for one in there)])
        return
    rows = [(built.INSTALLED, built.release(), "", "", _mark(chosen == built.INSTALLED, ""))]
    for one in there:
        rows.append(
            (one.name, one.release, *_gains(one), _mark(one.name == chosen, built.why_not(home, one)))
        )
    given.show.table(("NAME", "RELEASE", "PROMPTS", "ANSWERS", "NOTE"), rows, said=(4,))


@engine.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(given: Given, /, name: str | None, as_json: bool) -> None:
    """Tell which engine answers and why, which instructions it uses, and how it was proved.

    NAME is one that is in the list; without it, the one that answers.
    """
    from sottovoce.doctor import model
    from sottovoce.fit import built

    home = given.open_home()
    now = built.current(home)
    name = name or now.engine
    one = None if name == built.INSTALLED else built.find(home, name)
    why_not = "" if one is None else built.why_not(home, one)
    loads = None if one is None or why_not else built.library_of(home, one.name)
    found = model.library(chosen=loads)
    if as_json:
        facts = _wheel(now.engine) if one is None else _data(home, one, now.engine)
        given.show.data({**facts, "why": now.why or None, "library": found.sentence})
        return
    given.show.line(f"Engine: {built.INSTALLED if one is None else one.name}")
    if now.engine == built.INSTALLED and now.why:
        given.show.line(now.why)
    if why_not and one is not None:
        given.show.line(f"{one.name} cannot answer here: {why_not}.")
    else:
        given.show.line(found.sentence)
    for proof in () if one is None else one.proofs:
        tell_proof(given, proof)
    answering = built.INSTALLED if one is None else one.name
    if answering != now.engine:
        given.show.line(f"It does not answer now. To have it: sotto engine use {answering}")


@engine.command()
@click.argument("name")
@click.pass_obj
def use(given: Given, /, name: str) -> None:
    """Have an engine answer: wheel, the one that came with the program, or one that was built here.

    NAME may be the beginning of a name; of several the newest is meant. It holds from the next time that a
    model is loaded.
    """
    from sottovoce.core.errors import Refused
    from sottovoce.fit import built

    home = given.open_home()
    if name == built.INSTALLED:
        built.use(home, built.INSTALLED)
        given.show.line("The engine that came with the program answers from now on.")
        return
    one = built.find(home, name)
    if why := built.why_not(home, one):
        raise Refused(f"{one.name} cannot answer here: {why}.", hint="To build one anew: sotto engine build")
    built.use(home, one.name)
    given.show.line(f"{one.name} answers from now on. The way back: sotto engine use wheel")


@engine.command()
@click.argument("name")
@click.pass_obj
def remove(given: Given, /, name: str) -> None:
    """Delete an engine that was built here. If it was in use, the one that came with the program answers."""
    from sottovoce.core.errors import BadValue
    from sottovoce.fit import built

    home = given.open_home()
    if name == built.INSTALLED:
        raise BadValue(
            "The engine that came with the program stays.",
            hint="sotto engine list shows which can be removed",
        )
    one = built.find(home, name)
    built.remove(home, one)
    given.show.line(f"Removed: {one.name}")


engine.add_command(build)


def tell_proof(given: Given, proof: Proof) -> None:
    """Tell how an engine did on a model, in two lines."""
    given.show.line(
        f"With {proof.model}: perplexity {proof.perplexity:+.2%}; {proof.followed} of {proof.ended} answers "
        "followed their schemas."
    )
    given.show.line(
        f"Prompts {proof.prompt:.2f} x, answers {proof.decode:.2f} x as fast as with the engine that came."
    )


def data_of(proof: Proof) -> dict[str, Any]:
    """Return the same for JSON."""
    return {
        "model": proof.model,
        "perplexity_higher_by": round(proof.perplexity, 6),
        "is_as_good": proof.is_as_good,
        "schemas_hold": proof.holds,
        "schemas_followed": proof.followed,
        "schemas_ended": proof.ended,
        "schemas_asked": proof.asked,
        "prompt": round(proof.prompt, 3),
        "decode": round(proof.decode, 3),
        "is_sure": proof.is_sure,
        "gain": round(proof.gain, 3),
    }


def _wheel(chosen: str) -> dict[str, Any]:
    from sottovoce.fit import built

    return {"name": built.INSTALLED, "release": built.release(), "answers": chosen == built.INSTALLED}


def _data(home: Home, one: Built, chosen: str) -> dict[str, Any]:
    from sottovoce.fit import built

    return {
        "name": one.name,
        "release": one.release,
        "answers": one.name == chosen,
        "problem": built.why_not(home, one) or None,
        "made": one.made,
        "build_seconds": round(one.seconds, 1),
        "instructions": list(one.instructions),
        "proofs": [data_of(proof) for proof in one.proofs],
    }


def _gains(one: Built) -> tuple[str, str]:
    """Return how much faster it is, with the model that answers here."""
    if not one.proofs:
        return "", ""
    return f"{one.proofs[-1].prompt:.2f} x", f"{one.proofs[-1].decode:.2f} x"


def _mark(answers: bool, why: str) -> str:
    return "answers" if answers and not why else f"cannot answer here: {why}" if why else ""
