"""Turns go round between networks, whoever sends more requests; a full queue sends away those who crowd it."""

import asyncio
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.identity.factors.turns import Share, TooBusy, Turns

A, B, C = Share(("a",)), Share(("b",)), Share(("c",))
KNOWN = Share(("at home",), known=True)


class Door:
    """A queue, and who was served in which order."""

    def __init__(self, at_once: int = 1, waiting: int = 4) -> None:
        self.turns = Turns(at_once, waiting)
        self.served: list[str] = []
        self.sent_away: list[str] = []
        self.open = asyncio.Event()

    async def come(self, name: str, share: Share) -> None:
        """Wait, be served, or be sent away."""
        try:
            async with self.turns.turn(share):
                await self.open.wait()
                self.served.append(name)
        except TooBusy:
            self.sent_away.append(name)

    async def all(self, *coming: tuple[str, Share]) -> None:
        """They come in this order while the first is served; then the door goes on."""
        tasks = [asyncio.create_task(self.come(*each)) for each in coming]
        await asyncio.sleep(0)
        self.open.set()
        await asyncio.gather(*tasks)


async def test_each_network_has_a_turn_before_anybody_has_a_second() -> None:
    door = Door(waiting=9)
    await door.all(*((f"a{number}", A) for number in range(5)), ("b0", B), ("b1", B), ("c0", C))
    assert door.served == ["a0", "a1", "b0", "c0", "a2", "b1", "a3", "a4"]


async def test_who_comes_from_elsewhere_takes_the_place_of_who_crowds() -> None:
    door = Door()
    await door.all(*((f"a{number}", A) for number in range(6)), ("b0", B), ("c0", C))
    assert door.sent_away == ["a5", "a4", "a3"]
    assert door.served == ["a0", "a1", "b0", "c0", "a2"]


async def test_nobody_is_sent_away_for_one_who_waits_as_often() -> None:
    door = Door(waiting=2)
    await door.all(("a0", A), ("a1", A), ("b0", B), ("c0", C), ("b1", B))
    assert door.sent_away == ["c0", "b1"]


async def test_a_customer_of_ipv6_has_one_turn_whatever_the_addresses() -> None:
    def site(network: int, house: int, site: int) -> Share:
        return Share((f"/48 {network}", f"/56 {house}", f"/64 {site}"))

    door = Door(waiting=20)
    many = [(f"one{number}", site(1, number % 2, number)) for number in range(8)]
    await door.all(*many, ("two", site(2, 0, 0)), ("ipv4", A))
    assert door.served.index("two") < 4
    assert door.served.index("ipv4") < 4
    # And within it, each house.
    full = Door(waiting=4)
    crowd = [(f"house0-{number}", site(1, 0, number)) for number in range(5)]
    await full.all(*crowd, ("house1", site(1, 1, 0)))
    assert full.sent_away == ["house0-4"]
    assert full.served[1:3] == ["house0-1", "house1"]


async def test_who_was_here_before_is_let_in_whoever_crowds_the_door() -> None:
    door = Door(waiting=3)
    crowd = [(f"x{number}", Share((f"x{number}",))) for number in range(4)]
    await door.all(*crowd, ("stranger", A), ("home", KNOWN))
    assert len(door.sent_away) == 2
    assert "stranger" in door.sent_away
    assert "home" in door.served
    only_known = Door(waiting=1)
    await only_known.all(("a", A), ("home", KNOWN), ("stranger", B), ("other", Share(("other home",), known=True)))
    assert only_known.sent_away == ["stranger", "other"]


async def test_one_account_takes_one_strangers_place_however_many_browsers_it_signed_in_with() -> None:
    def browser(account: str, number: int) -> Share:
        return Share((f"account {account}", f"browser {number}"), known=True)

    door = Door(waiting=4)
    strangers = [(f"x{number}", Share((f"x{number}",))) for number in range(5)]
    many = [(f"mine{number}", browser("mine", number)) for number in range(20)]
    await door.all(*strangers, *many, ("home", browser("other", 0)))
    assert set(door.sent_away) == {"x4", *(f"mine{number}" for number in range(1, 20)), "x3"}
    # Nor does it keep the door shut when it came first.
    first = Door(waiting=4)
    await first.all(*many, ("stranger", A), ("home", browser("other", 0)))
    assert {"stranger", "home"} <= set(first.served)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([A, B, KNOWN, Share(("n", "a")), Share(("n", "b")), Share(("m", "a"), known=True)]),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_nobody_is_forgotten_and_no_turn_is_lost(coming: list[tuple[Share, bool]]) -> None:
    """Whoever gives up waiting, at any moment: all others are served or sent away, and the door is free in the end."""

    async def run() -> None:
        door = Door(at_once=2, waiting=5)
        tasks = [asyncio.create_task(door.come(str(number), share)) for number, (share, _) in enumerate(coming)]
        await asyncio.sleep(0)
        door.open.set()
        for task, (_, gives_up) in zip(tasks, coming, strict=True):
            if gives_up:
                task.cancel()
        async with asyncio.timeout(60):
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
        assert door.turns._free == 2
        assert door.turns._root.count == 0
        assert not door.turns._root.groups
        stayed = {str(number) for number, (_, gives_up) in enumerate(coming) if not gives_up}
        assert stayed <= {*door.served, *door.sent_away}

    asyncio.run(run())
