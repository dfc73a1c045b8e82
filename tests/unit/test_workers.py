"""What runs beside the requests: on its beat, through failures, and no longer than the program."""

import asyncio

import pytest

from vneid_idp.workers.tasks import Task, running


async def test_a_failing_task_is_tried_again_and_its_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    rounds = 0
    enough = asyncio.Event()

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            enough.set()
        raise ValueError("Nguyễn Thị Minh Anh")

    async with running([Task("count", 0.001, work)]):
        await asyncio.wait_for(enough.wait(), 5)
    assert "task.failed error=ValueError" in caplog.text
    assert "task=count" in caplog.text
    assert "Minh" not in caplog.text
    seen = rounds
    await asyncio.sleep(0.01)
    assert rounds == seen


async def test_one_that_hangs_holds_up_neither_the_others_nor_the_end() -> None:
    done = asyncio.Event()

    async def hang() -> None:
        await asyncio.sleep(3600)

    async def work() -> None:
        done.set()

    async def both() -> None:
        async with running([Task("hang", 0, hang), Task("work", 0, work)]):
            await done.wait()

    await asyncio.wait_for(both(), 5)


async def test_an_error_of_the_block_passes_through() -> None:
    async def work() -> None:
        return None

    with pytest.raises(KeyError):
        async with running([Task("work", 3600, work)]):
            raise KeyError
