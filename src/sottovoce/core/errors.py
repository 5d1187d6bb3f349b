"""Every error a person can meet, in one tree.

SottoError
├── BadInput            what was given cannot be used            exit 2
│   ├── BadValue        a value outside its range
│   ├── BadText         bytes that are not UTF-8
│   ├── BadSettings     config.toml or an environment setting cannot be read
│   ├── BadSchema       not a JSON schema we can hold an answer to
│   ├── BadArchive      an import file that cannot be read
│   ├── BadCatalogue    a file of models to choose from that cannot be read
│   ├── BadVariant      a variant's file that cannot be read
│   ├── BadUpstream     the file or the key of a model elsewhere that cannot be read
│   ├── BadBundle       a bundle of updates that is damaged, forged, older, or has run out
│   ├── BadDocument     a document that cannot be read
│   ├── Unsupported     a request's field that cannot be honoured here
│   ├── TooLarge        more than is taken at once
│   ├── WrongKind       a request's body that is not JSON
│   ├── WrongMethod     an address that is there, but not for this
│   ├── TooSlow         a request that did not arrive in time
│   └── NotFound        no such chat, message or model
│       └── NoModel     a model or variant that is not here, or no longer
├── Refused             allowed by nobody here                   exit 3
│   ├── Offline         the network policy says no
│   ├── NotEnoughMemory the model does not fit
│   ├── LicenceRefused  a licence that was not accepted, or not for this use
│   ├── Untrusted       a bundle of updates that is signed by somebody else
│   ├── NoKey           no key, or one that is not, or no longer, valid
│   ├── NotAllowed      a key that does not reach this far
│   ├── WrongDoor       a request from a page that is not ours
│   │   └── WrongName   a request to a name that is not ours
│   ├── Busy            the line is too long
│   │   └── Crowded     too many connections at once
│   ├── LimitReached    a key has used up what it may
│   ├── OverBudget      a model elsewhere has used up what it may
│   └── Stopping        the server is going down
├── ModelProblem        the model's file or the engine           exit 1
│   ├── BadModelFile    missing, cut short, damaged or hostile
│   ├── EngineMissing   the engine's library cannot be loaded
│   ├── EngineFailed    it died, hung or could not start
│   ├── TooLong         the question does not fit the window
│   └── SchemaUnmet     no answer that follows the schema
├── NetworkProblem      something beyond this machine            exit 1
│   └── UpstreamProblem a model elsewhere that fails, or lies
└── StoreProblem        this machine's disk                      exit 1
    ├── StoreDamaged    the database cannot be read
    ├── StoreNewer      written by a later version of Sottovoce
    ├── StoreBusy       another program holds it
    ├── DiskFull        no room left
    └── ReadOnly        the home folder cannot be written

Each carries a sentence for people, a hint with the next step, and a stable code.
"""

from __future__ import annotations

from typing import ClassVar

REINSTALL = "Install Sottovoce again from its checkout: pip install --force-reinstall ."
UPDATE = "Update the checkout and install it again: git pull && pip install ."
"""Hints. From the checkout, since nobody vouches for what a package index may have under our name."""


class SottoError(Exception):
    """Base of all. `code` is stable; `exit_code` is what the command line returns."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        sentence: str,
        *,
        hint: str | None = None,
        detail: str | None = None,
        field: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.detail = detail
        """Technical lines for a log or --debug, never needed to understand the sentence."""
        self.field = field
        """What part of the input is meant, as the input itself names it: `messages.2.content`."""
        self.retry_after = retry_after
        """Seconds after which the same may go well."""
        self.first = ""
        """What is more urgent than the problem and is told before it, as it is: a crisis card."""


class BadInput(SottoError):
    code = "bad_input"
    exit_code = 2


class BadValue(BadInput):
    code = "bad_value"


class BadText(BadInput):
    code = "bad_text"


class BadSettings(BadInput):
    code = "bad_settings"


class BadSchema(BadInput):
    code = "bad_schema"


class BadArchive(BadInput):
    code = "bad_archive"


class BadCatalogue(BadInput):
    code = "bad_catalogue"


class BadVariant(BadInput):
    code = "bad_variant"


class BadUpstream(BadInput):
    code = "bad_upstream"


class BadBundle(BadInput):
    code = "bad_bundle"


class BadDocument(BadInput):
    """`field` is "password" where another one, or one at all, would open it."""

    code = "bad_document"


class Unsupported(BadInput):
    code = "unsupported"


class TooLarge(BadInput):
    code = "too_large"


class WrongKind(BadInput):
    code = "wrong_kind"


class WrongMethod(BadInput):
    code = "wrong_method"


class TooSlow(BadInput):
    code = "too_slow"


class NotFound(BadInput):
    code = "not_found"


class NoModel(NotFound):
    code = "no_model"


class Refused(SottoError):
    code = "refused"
    exit_code = 3


class Offline(Refused):
    code = "offline"


class NotEnoughMemory(Refused):
    code = "not_enough_memory"


class LicenceRefused(Refused):
    code = "licence_refused"


class Untrusted(Refused):
    code = "untrusted"


class NoKey(Refused):
    code = "no_key"


class NotAllowed(Refused):
    code = "not_allowed"


class WrongDoor(Refused):
    code = "wrong_door"


class WrongName(WrongDoor):
    code = "wrong_name"


class Busy(Refused):
    code = "busy"


class Crowded(Busy):
    code = "crowded"


class LimitReached(Refused):
    code = "limit_reached"


class OverBudget(Refused):
    code = "over_budget"


class Stopping(Refused):
    code = "stopping"


class ModelProblem(SottoError):
    code = "model_problem"


class BadModelFile(ModelProblem):
    code = "bad_model_file"


class EngineMissing(ModelProblem):
    code = "engine_missing"


class EngineFailed(ModelProblem):
    code = "engine_failed"


class TooLong(ModelProblem):
    code = "too_long"


class SchemaUnmet(ModelProblem):
    code = "schema_unmet"


class NetworkProblem(SottoError):
    code = "network_problem"


class UpstreamProblem(NetworkProblem):
    code = "upstream_problem"


class StoreProblem(SottoError):
    code = "store_problem"


class StoreDamaged(StoreProblem):
    code = "store_damaged"


class StoreNewer(StoreProblem):
    code = "store_newer"


class StoreBusy(StoreProblem):
    code = "store_busy"


class DiskFull(StoreProblem):
    code = "disk_full"


class ReadOnly(StoreProblem):
    code = "read_only"
