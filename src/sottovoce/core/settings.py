"""Every setting, read once: defaults, then config.toml, then SOTTO_*, then what a command was given.

Knows what a setting may be, not what anybody does with it. Reads no environment: core/environment.py does.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sottovoce.core.countries import is_country
from sottovoce.core.environment import OTHERS as OTHERS
from sottovoce.core.environment import PREFIX
from sottovoce.core.environment import child_environment as child_environment
from sottovoce.core.environment import others_environment as others_environment
from sottovoce.core.environment import read_environment as read_environment
from sottovoce.core.environment import read_locale as read_locale
from sottovoce.core.environment import read_others as read_others
from sottovoce.core.errors import BadSettings, BadValue, NotFound, SottoError
from sottovoce.core.language import AUTO, WISHES
from sottovoce.core.paths import Home, move_away, write_whole
from sottovoce.core.sampling import RANGES, Range, Sampling, check_range

SMALLEST_WINDOW = 256
NETWORK = ("off", "ask", "on")
ROUTES = ("here", "ask", "there")
PROFILES = ("open", "family", "workplace", "public")
USES = ("private", "commercial")
WRITES = ("auto", "on", "off")
SWITCH = ("on", "off")
PACES = ("usual", "gentle")
CLOCKS = ("machine", "none")
LABELS = ("none", "eu", "cn")
FILES, KEYRING = KEYS_IN = ("files", "keyring")

HOST = re.compile(r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?")
ORIGIN = re.compile(rf"[a-z][a-z0-9+.-]*://{HOST.pattern}")
"""A name with or without a port, and a whole web origin. Never a star: nothing is for everybody."""

PROXY = re.compile(rf"http://{HOST.pattern}")

Value = str | int | float
Check = Callable[[str, Value], None]


def _span(span: Range) -> Check:
    def check(name: str, value: Value) -> None:
        assert not isinstance(value, str)  # noqa: S101  (parsed by the field's type just before)
        check_range(name, value, span)

    return check


def _one_of(*choices: str) -> Check:
    def check(name: str, value: Value) -> None:
        if value not in choices:
            raise BadValue(
                f"{name} is one of {', '.join(choices)}, not {value!r}.",
                hint=f"For example: sotto settings set {name} {choices[0]}",
            )

    return check


def _any(name: str, value: Value) -> None:
    """Every text will do."""


def _setting(default: Value | None, kind: type[Value], meaning: str, check: Check = _any) -> Any:
    return field(default=default, metadata={"kind": kind, "meaning": meaning, "check": check})


def _window(name: str, value: Value) -> None:
    _span(Range(0, 1_048_576, True, name))(name, value)
    if 0 < int(value) < SMALLEST_WINDOW:
        raise BadValue(
            f"{name} takes 0, or at least {SMALLEST_WINDOW} tokens, not {value}.",
            hint=f"For example: sotto settings set {name} 4096",
        )


def _list_of(part: re.Pattern[str], example: str) -> Check:
    def check(name: str, value: Value) -> None:
        for one in str(value).split(","):
            if str(value).strip() and not part.fullmatch(one.strip().lower()):
                raise BadValue(
                    f"{name} takes names with commas between, not {one.strip()!r}.",
                    hint=f"For example: sotto settings set {name} {example}",
                )

    return check


def _proxy(name: str, value: Value) -> None:
    if value and not PROXY.fullmatch(str(value).lower()):
        raise BadValue(
            f"{name} takes an address that begins with http:// and holds no name or password.",
            hint=f"For example: sotto settings set {name} http://proxy.lan:3128",
        )


def _country(name: str, value: Value) -> None:
    if value and not is_country(str(value)):
        raise BadValue(
            f"{name} takes the two letters of a country, not {value!r}.",
            hint=f"For example: sotto settings set {name} AT",
        )


def _filled(name: str, value: Value) -> None:
    if not str(value).strip():
        raise BadValue(
            f"{name} cannot be empty.", hint=f"To go back to the default: sotto settings unset {name}"
        )


def _drawn(name: str, kind: type[Value]) -> Any:
    span = RANGES[name]
    return _setting(None, kind, span.meaning, _span(span))


def _count(default: int, high: int, meaning: str) -> Any:
    return _setting(default, int, meaning, _span(Range(0, high, True, meaning)))


@dataclass(frozen=True, slots=True)
class Settings:
    """What config.toml holds. None: the model's own default."""

    model: str = _setting(
        "starter", str, "the model that answers: starter, a name in the list, or a file's path"
    )
    embed_model: str = _setting(
        "", str, "the model that makes vectors, named as model is; empty: the one that answers"
    )
    rerank_model: str = _setting(
        "", str, "the model that orders anew what a shelf's search finds, named as model is; empty: none"
    )
    guard_model: str = _setting(
        "",
        str,
        "the guard model that judges questions and answers (Llama Guard 3, ShieldGemma, Qwen3Guard-Gen), "
        "named as model is; empty: none",
    )
    write_queries: str = _setting(
        "auto",
        str,
        "have the model write queries for an encyclopaedia where the question's words find no answer: "
        "auto (models of 1 GB and more), on or off",
        _one_of(*WRITES),
    )
    memory: str = _setting(
        "off",
        str,
        'remember what a message asks for ("remember that I…") in all chats: off or on',
        _one_of("off", "on"),
    )
    tools: str = _setting(
        "on",
        str,
        "answer sums, conversions of units and questions of days by exact tools, not the model: on or off",
        _one_of("on", "off"),
    )
    help_in_chat: str = _setting(
        "on",
        str,
        "answer questions about the assistant itself from its help, not by the model: on or off",
        _one_of(*SWITCH),
    )
    system: str = _setting("", str, "instructions placed before every new chat")
    context: int = _setting(4096, int, "tokens a chat can hold in view; 0 takes all the model can", _window)
    threads: int = _count(0, 1024, "processor threads of the engine; 0 chooses for this machine")
    pace: str = _setting(
        "usual",
        str,
        "how much of the machine an answer takes: usual, or gentle, which leaves half of the cores, and the "
        "precedence on the others, to other programs",
        _one_of(*PACES),
    )
    idle_minutes: int = _count(10, 100_000, "unload the model after this long without a question; 0 never")
    kv_megabytes: int = _count(1024, 1_000_000, "disk for the memory of old chats; 0 keeps none")
    host: str = _setting(
        "127.0.0.1", str, "where sotto serve listens; beyond this machine it needs a key", _filled
    )
    port: int = _count(7886, 65_535, "the port of sotto serve; 0 takes any free one")
    hosts: str = _setting(
        "", str, "other names the server goes by, with commas between", _list_of(HOST, "box.lan")
    )
    origins: str = _setting(
        "",
        str,
        "web pages that may ask the server, with commas between",
        _list_of(ORIGIN, "http://localhost:3000"),
    )
    slots: int = _count(0, 16, "answers sotto serve computes at once; 0 chooses for this machine")
    queue_seconds: int = _count(
        60, 86_400, "sotto serve refuses who would wait longer for an answer to begin; 0 refuses nobody"
    )
    profile: str = _setting(
        "open",
        str,
        "whom the assistant speaks to: open, family, workplace or public refuse by the rules that "
        "sotto guard show tells",
        _one_of(*PROFILES),
    )
    region: str = _setting(
        "",
        str,
        "the country, as AT, whose lines a crisis card names; empty: that of the locale",
        _country,
    )
    lang: str = _setting(
        AUTO, str, "the language of the program's own words: auto (as the locale), en or zh", _one_of(*WISHES)
    )
    use: str = _setting(
        "private",
        str,
        "what models are used for; commercial refuses licences that do not allow it",
        _one_of(*USES),
    )
    labels: str = _setting(
        "none",
        str,
        "what is seen on copies and exports of what an AI wrote: none, eu, or cn (GB 45438-2025)",
        _one_of(*LABELS),
    )
    network: str = _setting("off", str, "may anything leave this machine: off, ask or on", _one_of(*NETWORK))
    route: str = _setting(
        "here",
        str,
        "who answers: here; ask, where there is a reason, whether a model elsewhere is to; there, once you "
        "have agreed",
        _one_of(*ROUTES),
    )
    route_to: str = _setting(
        "", str, "the model elsewhere that is meant where none is named; empty: the only one"
    )
    proxy: str = _setting(
        "",
        str,
        "the proxy through which public addresses are reached, as http://proxy.lan:3128; empty: none. "
        "Those of the environment are not used",
        _proxy,
    )
    keys_in: str = _setting(
        FILES,
        str,
        "where a key of a model elsewhere is put when it is given: files, private to you, or keyring, the "
        "system's",
        _one_of(*KEYS_IN),
    )
    keep_sent: str = _setting(
        "off",
        str,
        "keep the text of what is sent to a model elsewhere, in the home's folder sent: off or on; "
        "the ledger always has its hash",
        _one_of("off", "on"),
    )
    hub: str = _setting(
        "https://huggingface.co",
        str,
        "where models are pulled from: the hub of Hugging Face, or a mirror of it; SOTTO_HF_TOKEN goes there",
        _filled,
    )
    update_clock: str = _setting(
        "machine",
        str,
        "by which clock a bundle of updates has run out: machine, or none where this machine's is not to be "
        "relied on",
        _one_of(*CLOCKS),
    )
    temperature: float | None = _drawn("temperature", float)
    top_p: float | None = _drawn("top_p", float)
    top_k: int | None = _drawn("top_k", int)
    min_p: float | None = _drawn("min_p", float)
    repeat_penalty: float | None = _drawn("repeat_penalty", float)
    max_tokens: int | None = _drawn("max_tokens", int)

    def sampling(self) -> Sampling:
        return Sampling(
            temperature=self.temperature,
            top_p=self.top_p,
            top_k=self.top_k,
            min_p=self.min_p,
            repeat_penalty=self.repeat_penalty,
            max_tokens=self.max_tokens,
        )


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as `sotto settings` shows it. `source` is default, config.toml, environment or command."""

    name: str
    value: Value | None
    default: Value | None
    meaning: str
    source: str


def load(home: Home, environment: Mapping[str, str], given: Mapping[str, Value | None]) -> Settings:
    """Join the four sources. Raises BadSettings naming the file or variable that is wrong."""
    return _join(home, environment, given)[0]


def describe(home: Home, environment: Mapping[str, str]) -> list[Setting]:
    """Return every setting with its value and where that came from."""
    settings, sources = _join(home, environment, {})
    plain = Settings()
    return [
        Setting(
            item.name,
            getattr(settings, item.name),
            getattr(plain, item.name),
            item.metadata["meaning"],
            sources[item.name],
        )
        for item in fields(Settings)
    ]


def check(name: str, text: str) -> None:
    """Raises NotFound or BadValue where a setting cannot be set to this."""
    _parse(name, text)


def store(home: Home, name: str, text: str | None) -> Value | None:
    """Write one setting to config.toml, or take it out when text is None. Return its new value."""
    item = _named(name)
    value = None if text is None else _parse(item.name, text)
    kept = _read_file(home)
    if value is None:
        kept.pop(name, None)
    else:
        kept[name] = value
    write_whole(home.config, _toml(kept).encode())
    return item.default if value is None else value


def _join(
    home: Home, environment: Mapping[str, str], given: Mapping[str, Value | None]
) -> tuple[Settings, dict[str, str]]:
    known = {item.name for item in fields(Settings)}
    values: dict[str, Value] = {}
    sources = dict.fromkeys(known, "default")
    layers: list[tuple[str, Mapping[str, Value | None]]] = [
        ("config.toml", _read_file(home)),
        ("environment", {name: text for name, text in environment.items() if name in known}),
        ("command", given),
    ]
    for source, layer in layers:
        for name, raw in layer.items():
            if raw is None:
                continue
            try:
                values[name] = _parse(name, raw)
            except BadValue as problem:
                raise _blame(source, name, home, problem) from problem
            sources[name] = source
    changes: dict[str, Any] = dict(values)
    return replace(Settings(), **changes), sources


def _blame(source: str, name: str, home: Home, problem: SottoError) -> SottoError:
    if source == "command":
        return problem
    if source == "config.toml":
        where, step = str(home.config), f"To go back to the default: sotto settings unset {name}"
    else:
        where = f"{PREFIX}{name.upper()}"
        step = f"Change it, or go back to the default: {_forget(where)}"
    return BadSettings(f"{where}: {problem.sentence}", hint=step)


def _forget(variable: str) -> str:
    return f"set {variable}=" if os.name == "nt" else f"unset {variable}"


def _named(name: str) -> Any:
    for item in fields(Settings):
        if item.name == name:
            return item
    raise NotFound(f"There is no setting named {name!r}.", hint="sotto settings list shows them all")


def _parse(name: str, raw: Value) -> Value:
    item = _named(name)
    kind: type[Value] = item.metadata["kind"]
    try:
        if isinstance(raw, bool):
            raise ValueError
        value: Value = raw if isinstance(raw, str) and kind is str else kind(raw)
        if kind is int and not isinstance(raw, str) and value != raw:
            raise ValueError
    except (ValueError, TypeError, OverflowError):
        wanted = {int: "a whole number", float: "a number", str: "text"}[kind]
        raise BadValue(
            f"{name} takes {wanted}, not {raw!r}.", hint="sotto settings list says what each setting means"
        ) from None
    item.metadata["check"](name, value)
    return value


def _read_file(home: Home) -> dict[str, Value]:
    try:
        text = home.config.read_text("utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except OSError as problem:
        raise BadSettings(
            f"{home.config} cannot be read: {problem.strerror}.",
            hint=f"Move it away: {move_away(home.config)}",
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadSettings(
            f"{home.config} cannot be read: {problem}.",
            hint=_mend(home),
        ) from problem
    known = {item.name for item in fields(Settings)}
    for name, value in table.items():
        if name not in known:
            raise BadSettings(
                f"{home.config} names a setting that does not exist: {name}.",
                hint=_mend(home),
            )
        if not isinstance(value, str | int | float):
            raise BadSettings(
                f"{home.config}: {name} takes one value, not {type(value).__name__}.", hint=_mend(home)
            )
    return table


def _mend(home: Home) -> str:
    return f"Mend that line, or move the file away: {move_away(home.config)}"


def _toml(values: Mapping[str, Value]) -> str:
    return "".join(f"{name} = {_toml_value(value)}\n" for name, value in sorted(values.items()))


def _toml_value(value: Value) -> str:
    if not isinstance(value, str):
        return repr(value)
    plain = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    escaped = "".join(
        plain.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c) for c in value
    )
    return f'"{escaped}"'
