"""A register on its way: it is made, sent in parts, and read by the provider, while the office looks on."""

import asyncio
import hashlib
import tempfile
from collections.abc import Coroutine
from typing import Any

from .fapi import Json, ProviderUnreachable, Refused
from .office_store import COMPLETE, FAILED, MAKING, READING, SENDING, HandedIn, OfficeStore
from .registrar import Registrar


class Jobs:
    """What goes on while nobody waits for it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have it run beside the requests."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


async def make_and_send(store: OfficeStore, registrar: Registrar, register: HandedIn) -> None:
    """Make the file, announce it, and send what is missing of it. How far that is stands in the store."""
    try:
        await _make_and_send(store, registrar, register)
    except ProviderUnreachable:
        store.move(register.key, "unreachable", 0)
    except OSError:  # no room for the file
        store.move(register.key, FAILED, 0)
    except Refused as refusal:
        store.move(register.key, refusal.code[:60], 0)


async def _make_and_send(store: OfficeStore, registrar: Registrar, register: HandedIn) -> None:
    key = register.key
    with tempfile.TemporaryFile() as file:
        digest, lines = hashlib.sha256(), 0
        async for piece in registrar.invent(register.rows, register.seed, register.edition, register.junk):
            file.write(piece)
            digest.update(piece)
            lines += piece.count(b"\n")
            store.move(key, MAKING, min(1.0, lines / register.rows))
        length = file.tell()
        begun = await registrar.announce(length, digest.hexdigest())
        missing, size = begun["missing_parts"], int(begun["part_bytes"])
        store.move(key, SENDING, 0, begun["upload_id"])
        for nth, place in enumerate(missing, start=1):
            file.seek(size * (place - 1))
            told = await registrar.send_part(begun["upload_id"], place, file.read(size))
            store.move(key, SENDING, nth / len(missing), told=told)
        store.move(key, READING, 0)


async def look(store: OfficeStore, registrar: Registrar, register: HandedIn) -> HandedIn:
    """How far it is now. Raises `ProviderUnreachable`, `Refused`."""
    if register.state != READING or register.upload_id is None:
        return register
    told: Json = await registrar.read(register.upload_id)
    state = {"complete": COMPLETE, "failed": FAILED}.get(told["state"], READING)
    store.move(register.key, state, float(told["progress"]), told=told)
    found = store.find(register.key)
    assert found is not None, "nothing is taken away"
    return found
