"""The OpenAI API, on the model that is served here."""

from __future__ import annotations

from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint
from sottovoce.server.openai_api import chat, completions, embeddings, models, responses
from sottovoce.server.openai_api.nouns import Model, ModelList
from sottovoce.server.openai_api.nouns_answers import ChatCompletion, Completion
from sottovoce.server.openai_api.nouns_chat import ChatBody
from sottovoce.server.openai_api.nouns_text import CompletionBody, EmbeddingBody, EmbeddingList
from sottovoce.server.problems import OPENAI

ENDPOINTS = (
    Endpoint("GET", "/v1/models", models.listed, Scope.MODELS, OPENAI, answer=ModelList),
    Endpoint("GET", "/v1/models/{model:path}", models.shown, Scope.MODELS, OPENAI, answer=Model),
    Endpoint(
        "POST",
        "/v1/chat/completions",
        chat.create,
        Scope.CHAT,
        OPENAI,
        body=ChatBody,
        answer=ChatCompletion,
        computes=True,
    ),
    Endpoint(
        "POST",
        "/v1/completions",
        completions.create,
        Scope.CHAT,
        OPENAI,
        body=CompletionBody,
        answer=Completion,
        computes=True,
    ),
    Endpoint(
        "POST",
        "/v1/embeddings",
        embeddings.create,
        Scope.EMBEDDINGS,
        OPENAI,
        body=EmbeddingBody,
        answer=EmbeddingList,
        computes=True,
    ),
    *responses.ENDPOINTS,
)
