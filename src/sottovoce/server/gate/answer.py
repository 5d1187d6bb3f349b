"""An answer on its way out: its head gets what every head says, and it never ends without a word.

Knows nothing of what is answered.
"""

from __future__ import annotations

from starlette.types import Message, Receive, Scope, Send

from sottovoce.core.errors import Stopping
from sottovoce.server.gate.headers import Pairs, dress
from sottovoce.server.problems import Shape


class Answer:
    """The `send` of one request. `more` are headers for this one alone."""

    def __init__(self, send: Send, shape: Shape) -> None:
        self.shape = shape
        self.more: Pairs = ()
        self._send = send
        self._begun = False
        self._ended = False
        self._streams = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = dress(message.get("headers", ()), self.more)
            self._begun = True
            self._streams = all(name.lower() != b"content-length" for name, _ in headers)
            message = {**message, "headers": headers}
        else:
            self._ended = not message.get("more_body", False)
        await self._send(message)

    async def cut(self, scope: Scope, receive: Receive) -> None:
        """Say that the server stops, in place of the answer or behind what there is of it."""
        problem = Stopping("The server is stopping.", hint="Ask again once it is back", retry_after=10)
        if not self._begun:
            await self.shape.response(problem)(scope, receive, self)
        elif self._streams and not self._ended:
            await self({"type": "http.response.body", "body": self.shape.event(problem), "more_body": False})
