"""Ollama's API, on the model that is served here."""

from __future__ import annotations

from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint
from sottovoce.server.ollama_api import answers, embed, library, serving
from sottovoce.server.ollama_api.nouns import (
    ChatAnswered,
    ChatBody,
    EmbedBody,
    Embedded,
    GenerateAnswered,
    GenerateBody,
    OldEmbedBody,
    OldEmbedded,
    Running,
    ShowBody,
    Shown,
    Tags,
    Version,
)
from sottovoce.server.problems import OLLAMA

ENDPOINTS = (
    Endpoint(
        "POST",
        "/api/chat",
        answers.chat,
        Scope.CHAT,
        OLLAMA,
        body=ChatBody,
        answer=ChatAnswered,
        computes=True,
    ),
    Endpoint(
        "POST",
        "/api/generate",
        answers.generate,
        Scope.CHAT,
        OLLAMA,
        body=GenerateBody,
        answer=GenerateAnswered,
        computes=True,
    ),
    Endpoint(
        "POST",
        "/api/embed",
        embed.embed,
        Scope.EMBEDDINGS,
        OLLAMA,
        body=EmbedBody,
        answer=Embedded,
        computes=True,
    ),
    Endpoint(
        "POST",
        "/api/embeddings",
        embed.old,
        Scope.EMBEDDINGS,
        OLLAMA,
        body=OldEmbedBody,
        answer=OldEmbedded,
        computes=True,
    ),
    Endpoint("GET", "/api/tags", serving.tags, Scope.MODELS, OLLAMA, answer=Tags),
    Endpoint("GET", "/api/ps", serving.running, Scope.MODELS, OLLAMA, answer=Running),
    Endpoint("POST", "/api/show", serving.show, Scope.MODELS, OLLAMA, body=ShowBody, answer=Shown),
    Endpoint("GET", "/api/version", serving.version, Scope.MODELS, OLLAMA, answer=Version),
    *(Endpoint(method, path, library.refuse, Scope.MODELS, OLLAMA) for method, path in library.PLACES),
)
