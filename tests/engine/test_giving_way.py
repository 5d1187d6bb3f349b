from __future__ import annotations

from sottovoce.engine.giving_way import LOOK_SECONDS, GivingWay
from sottovoce.engine.threads import OthersGauge

OURS = 7


class Machine:
    """Others keep so many cores `busy`; time passes when it is told to, and while somebody rests."""

    def __init__(self) -> None:
        self.busy = 0.0
        self.now = 0.0
        self.rests: list[float] = []
        self.way = GivingWay(self.gauge, lambda: self.now, self.rest)

    def gauge(self, ours: list[int]) -> OthersGauge:
        assert ours == [OURS]
        machine = self

        class Gauge(OthersGauge):
            def __init__(self) -> None:
                pass

            def read(self, ours: object = ()) -> float:
                assert ours == [OURS]
                return machine.busy

        return Gauge()

    async def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.now += seconds

    async def work(self, seconds: float) -> None:
        self.now += seconds
        await self.way.after(seconds, OURS)


async def test_alone_it_never_rests() -> None:
    machine = Machine()
    for _ in range(20):
        await machine.work(0.2)
    assert machine.rests == []


async def test_beside_others_it_rests_twice_as_long_as_it_works() -> None:
    machine = Machine()
    machine.busy = 2.0
    await machine.work(0.2)
    assert machine.rests == [], "nothing is known yet"
    await machine.work(2 * LOOK_SECONDS)
    await machine.work(0.2)
    assert machine.rests == [4 * LOOK_SECONDS, 0.4]


async def test_it_goes_on_at_once_when_the_others_have_ended() -> None:
    machine = Machine()
    machine.busy = 2.0
    await machine.work(0.2)
    await machine.work(2 * LOOK_SECONDS)
    machine.busy = 0.1
    await machine.work(2 * LOOK_SECONDS)
    assert len(machine.rests) == 1


async def test_a_little_work_of_others_is_no_reason() -> None:
    machine = Machine()
    machine.busy = 0.3
    await machine.work(0.2)
    await machine.work(2 * LOOK_SECONDS)
    await machine.work(0.2)
    assert machine.rests == []
