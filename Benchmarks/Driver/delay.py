"""The distance between clouds, on loopback: a proxy that keeps every byte for a while."""

import asyncio
import socket
import threading

SIZE = 64 * 1024


class Distance:
    """Listens on a port and carries all that comes to another and back, each way as late as it is told."""

    def __init__(self, target: int, seconds: float):
        self.target, self.seconds = target, seconds
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=[self.serve()])
        self.ended = asyncio.Event()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join()

    async def serve(self) -> None:
        server = await asyncio.start_server(self.accept, "127.0.0.1", self.port, backlog=1024)
        await self.ended.wait()
        server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def accept(self, reader, writer) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(self.carry(reader, there[1]), self.carry(there[0], writer))
        except asyncio.CancelledError:
            pass  # the distance is taken down

    async def carry(self, reader, writer) -> None:
        """What is read leaves after the delay, however much is read meanwhile."""
        loop, waiting = asyncio.get_running_loop(), asyncio.Queue(1024)

        async def write():
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(due - loop.time())
                if not data:
                    break
                writer.write(data)
                await writer.drain()
            writer.close()

        writing = asyncio.create_task(write())
        data = b"something"
        while data:
            try:
                data = await reader.read(SIZE)
            except OSError:
                data = b""
            await waiting.put((loop.time() + self.seconds, data))
        try:
            await writing
        except OSError:
            pass
