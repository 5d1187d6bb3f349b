"""The process edge: which command, and how anything that goes wrong is told.

Commands are loaded when called: `sotto --help` must cost little more than importing click.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from sottovoce import __version__
from sottovoce.cli._given import Given
from sottovoce.cli._help import Context, in_every_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sottovoce.core.errors import SottoError

COMMANDS: dict[str, tuple[str, str]] = {
    "ask": ("sottovoce.cli.ask:ask", "One answer, for scripts and pipes."),
    "serve": ("sottovoce.cli.serve:serve", "An OpenAI-compatible server, on this machine or for others."),
    "share": ("sottovoce.cli.share:share", "Pair a phone in the same network."),
    "kb": ("sottovoce.cli.kb:kb", "Shelves of documents, to ask and to quote."),
    "chats": ("sottovoce.cli.chats:chats", "List, search, show, export, import and delete chats."),
    "verify": ("sottovoce.cli.verify:verify", "Did an AI write this here, and is it unchanged?"),
    "fit": ("sottovoce.cli.fit:fit", "What this machine can run, how quickly, and how to get it."),
    "models": ("sottovoce.cli.models:models", "The models here, their facts and licences."),
    "variants": ("sottovoce.cli.variants:variants", "A model with instructions and settings under a name."),
    "upstreams": (
        "sottovoce.cli.upstreams:upstreams",
        "Models elsewhere that may be asked; none unless you say so.",
    ),
    "later": ("sottovoce.cli.later:later", "Questions that wait for a model elsewhere."),
    "memory": ("sottovoce.cli.memory:memory", "What is remembered in all chats; off unless you turn it on."),
    "eval": ("sottovoce.cli.eval:evaluate", "How well a model answers, by questions with known answers."),
    "compare": ("sottovoce.cli.compare:compare", "Two models or settings on the same questions."),
    "keys": ("sottovoce.cli.keys:keys", "The keys that let programs in."),
    "guard": ("sottovoce.cli.guard:guard", "Safeguards: what is refused to whom, and how well that works."),
    "bundle": ("sottovoce.cli.bundle:bundle", "Signed bundles of updates, to carry on a stick."),
    "update": ("sottovoce.cli.update:update", "Take what a bundle brings, or go back."),
    "advisories": ("sottovoce.cli.advisories:advisories", "Known faults of what is installed here."),
    "engine": ("sottovoce.cli.engine:engine", "Which engine answers, and one made for this very processor."),
    "settings": ("sottovoce.cli.settings:settings", "What config.toml holds, with meanings."),
    "help": ("sottovoce.cli.help:help_", "Answers to common questions, word for word."),
    "doctor": ("sottovoce.cli.doctor:doctor", "Check the installation; prove that nothing leaves."),
}
"""Each command's function, as module:name, and its line in the help."""

STOPPED = 130

EXAMPLES = """\b
Examples:
  sotto
  sotto ask "Why is the sky blue?"
  sotto ask --help"""


class Lazy(click.Group):
    """A group that imports a command's module only when that command is called."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101  (the table above is ours)
        return in_every_language(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            raise click.exceptions.NoSuchCommand(name, possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Lazy,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXAMPLES,
)
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), help="Keep everything in this folder."
)
@click.option(
    "--model", metavar="M", help="The model that answers: starter, a name in the list, or a file's path."
)
@click.option("--debug", is_flag=True, help="Show technical detail and tracebacks.")
@click.version_option(__version__, prog_name="sotto")
@click.pass_context
def sotto(ctx: click.Context, home: Path | None, model: str | None, debug: bool) -> None:
    """A private assistant that runs on this machine.

    Without a command: a chat in the terminal. With no terminal attached, the question is read from
    standard input and the answer printed.
    """
    given = ctx.ensure_object(Given)
    given.home, given.model, given.debug = home, model, debug
    given.show.debug = debug
    if home is not None:
        given.learn_language()
    if ctx.invoked_subcommand is not None:
        return
    if sys.stdin is not None and sys.stdin.isatty() and given.show.on_terminal:
        from sottovoce.cli.chat import open_chat

        open_chat(given)
    else:
        from sottovoce.cli.ask import ask

        ctx.invoke(ask)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `sotto` as a program: never returns, never shows a traceback unasked."""
    _prepare_streams()
    _leave_no_image()
    given = Given()
    given.learn_language()
    sys.exit(_run(arguments, given))


def _run(arguments: Sequence[str] | None, given: Given) -> int:
    from sottovoce.core.errors import SottoError

    try:
        code = sotto.main(arguments, prog_name="sotto", standalone_mode=False, obj=given)
        given.show.flush()
        return code if isinstance(code, int) else 0
    except SottoError as error:
        return _tell(error, given)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as wrong:
        given.show.problem(*_usage(wrong))
        return wrong.exit_code
    except (click.Abort, KeyboardInterrupt):
        return STOPPED
    except BrokenPipeError:
        _let_go_of_output()
        return 1
    except Exception as problem:  # noqa: BLE001  (the process edge: it is logged, and told in a sentence)
        if isinstance(problem, OSError) and _printing(problem):
            return _tell(given.show.unwritten(problem), given)
        return _tell_unexpected(problem, given)


def _tell(error: SottoError, given: Given) -> int:
    if given.debug:
        _print_traceback(given)
    given.show.error(error)
    try:
        sys.stdout.flush()
    except OSError:
        _let_go_of_output()
    return error.exit_code


def _printing(problem: OSError) -> bool:
    """Whether click failed to print its help: our own words go through Show, which tells it itself."""
    import traceback

    *_, (frame, _) = traceback.walk_tb(problem.__traceback__)
    return frame.f_globals.get("__name__") == click.echo.__module__


def _leave_no_image() -> None:
    """Have no crash write the memory to a core file: what was said is in it. Children inherit this."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _prepare_streams() -> None:
    """Never fail on a character: Windows consoles get UTF-8, others a question mark.

    A closed output becomes one that cannot be written, else the next file opened would take its place.
    """
    if sys.stdout is None:
        sys.stdout = _stand_in(1, os.O_RDONLY)
    if sys.stderr is None:
        sys.stderr = _stand_in(2, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        if sys.platform == "win32":
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _usage(wrong: click.ClickException) -> tuple[str, str | None]:
    """Return click's complaint as a sentence, and the command that shows how it is meant."""
    context = getattr(wrong, "ctx", None)
    path = context.command_path if context is not None else "sotto"
    hint = f"{path} --help"
    if isinstance(wrong, click.exceptions.NoSuchCommand):
        if " " in wrong.command_name:
            hint = 'To ask something, write: sotto ask "…"'
        elif wrong.possibilities:
            hint = f"Did you mean: {path} {wrong.possibilities[0]}"
        return f"There is no command {wrong.command_name!r}.", hint
    return wrong.format_message(), hint


def _stand_in(number: int, how: int) -> TextIO:
    nowhere = os.open(os.devnull, how)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
    return open(number, "w", encoding="utf-8", closefd=False)


def _let_go_of_output() -> None:
    """Nobody takes what is left (`| head`, a full disk): Python's own exit must not fail on it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _print_traceback(given: Given) -> None:
    import traceback

    given.show.detail(traceback.format_exc())


def _tell_unexpected(problem: Exception, given: Given) -> int:
    if given.debug:
        _print_traceback(given)
    from sottovoce.cli._crash import record

    where = record(problem, given)
    sentence = f"Something went wrong that Sottovoce did not expect ({type(problem).__name__})."
    if where is None:
        given.show.problem(sentence, "Run the same command with: sotto --debug …")
    else:
        given.show.problem(f"{sentence} The details are in {where}", "sotto doctor checks the installation")
    return 1
