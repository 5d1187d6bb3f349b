"""Where a bundle comes from, for the commands about bundles: a folder, or an address that is asked for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sottovoce.cli._bundles import told_progress

if TYPE_CHECKING:
    from sottovoce.cli._given import Given
    from sottovoce.core.paths import Home
    from sottovoce.net.door import Door
    from sottovoce.updates.folder import Folder
    from sottovoce.updates.plan import Plan


def located(given: Given, source: str) -> Folder:
    """Return the bundle in a folder or at an address. Raises BadValue, and what the door raises."""
    from sottovoce.updates import fetching, folder, remote

    if not remote.is_address(source):
        return folder.find(Path(source))
    home = given.open_home()
    return remote.find(source, _door(home, source), fetching.coming(home))


def check_room(home: Home, plan: Plan) -> int:
    """Return the bytes that are free. Raises DiskFull where they are too few."""
    from sottovoce.updates import fetching, remote, staging

    is_far = isinstance(plan.bundle.folder, remote.Far)
    return fetching.check_room(home, plan) if is_far else staging.check_room(home, plan)


def fetch(given: Given, home: Home, plan: Plan, source: str) -> None:
    """Bring what is due from its address, telling how far it is; of a folder there is nothing to bring."""
    import asyncio

    from sottovoce.cli._run import run
    from sottovoce.models.way import Way
    from sottovoce.updates import fetching, remote

    far = plan.bundle.folder
    if not isinstance(far, remote.Far):
        return
    way = Way(far.door, explicit=True, check=lambda start, name: None, follow=False)

    async def work() -> None:
        try:
            await fetching.fetch(far, home, plan, way, told)
        except asyncio.CancelledError:
            given.show.note(f"Stopped. What has come is kept; to go on: sotto update --from {source}")
            raise

    with told_progress(given, "Fetching", fetching.needed(home, plan)) as told:
        run(work())


def _door(home: Home, source: str) -> Door:
    from sottovoce.core.settings import read_environment
    from sottovoce.core.standing import StandingSettings
    from sottovoce.net.door import Door
    from sottovoce.net.ledger import Ledger
    from sottovoce.updates.remote import side_of

    standing = StandingSettings(home, read_environment(), {})
    return Door(
        lambda: standing().network, Ledger(home.ledger), where=side_of(source), proxy=standing().proxy
    )
