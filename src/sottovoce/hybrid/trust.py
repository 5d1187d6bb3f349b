"""Who may vouch for the server of a model elsewhere."""

from __future__ import annotations

import ssl

from sottovoce.core.errors import BadUpstream
from sottovoce.hybrid.upstream import Upstream


def trust_of(upstream: Upstream) -> ssl.SSLContext | None:
    """Return what accepts certificates of the upstream's own authority alone; None where it names none.

    Raises BadUpstream where its file is no certificate.
    """
    if not upstream.authority:
        return None
    try:
        return ssl.create_default_context(cafile=upstream.authority)
    except (OSError, ValueError) as problem:
        raise BadUpstream(
            f"The certificates of {upstream.name} cannot be read: {upstream.authority}.",
            hint="Give --authority a PEM file that is there",
            detail=str(problem),
        ) from problem
