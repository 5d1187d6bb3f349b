"""The Anthropic Messages API, on the model that is served here."""

from __future__ import annotations

from sottovoce.server.anthropic_api import messages
from sottovoce.server.anthropic_api.nouns import AnyMessage, CountBody, Counted, MessageBody
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint
from sottovoce.server.problems import ANTHROPIC

ENDPOINTS = (
    Endpoint(
        "POST",
        "/v1/messages",
        messages.create,
        Scope.CHAT,
        ANTHROPIC,
        body=MessageBody,
        answer=AnyMessage,
        computes=True,
    ),
    Endpoint(
        "POST",
        "/v1/messages/count_tokens",
        messages.count,
        Scope.CHAT,
        ANTHROPIC,
        body=CountBody,
        answer=Counted,
    ),
)
