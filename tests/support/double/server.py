"""HTTP/1.1 on loopback in one asyncio loop, with what a network does at its worst: silence, resets, answers that end in their middle."""
import asyncio
import dataclasses
import email.parser
import email.policy
import json
import socket
import struct
import urllib.parse

BODY_MAX = 64 * 1024 * 1024
HANG_S = 60   # how long a call without an answer stays open, unless its rule says


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: dict
    body: bytes

    def __post_init__(self):
        self.path, _, self.raw_query = self.target.partition("?")
        self.pairs = urllib.parse.parse_qsl(self.raw_query, keep_blank_values=True)
        self.query = dict(self.pairs)

    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self):
        """The body's object, or None."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def files(self):
        """Name -> (file name, bytes) of a multipart body."""
        head = b"Content-Type: " + self.headers.get("content-type", "").encode() + b"\r\n\r\n"
        parts = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
        return {part.get_param("name", header="content-disposition"): (part.get_filename(), part.get_payload(decode=True))
                for part in (parts.iter_parts() if parts.is_multipart() else ())}

    def text(self):
        """What a rule's `contains` looks in."""
        return urllib.parse.unquote_plus(self.raw_query) + "\n" + urllib.parse.unquote_plus(self.body.decode("utf-8", "replace"))


@dataclasses.dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    code: str = ""              # the platform's code, for the log of calls
    before: list = dataclasses.field(default_factory=list)   # coroutine functions that run before the answer leaves: receipts that overtake it
    end: str = ""               # "", "hang", "reset" or "cut"
    seconds: float = HANG_S     # how long it hangs


def json_reply(value, status=200, code="", headers=None):
    return Reply(json.dumps(value, ensure_ascii=False).encode(), status, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, str(code))


async def read_chunks(reader):
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return body


async def read_request(reader, writer):
    """The next request of a connection, or None at its end."""
    line = (await reader.readline()).decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = {}
    while text := (await reader.readline()).decode("latin-1").strip():
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = await read_chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length") or 0))
    return Request(line[0], line[1], headers, body)


def reset(writer):
    """Closes with RST in place of FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hang(reader, seconds):
    """Until the client gives up."""
    try:
        await asyncio.wait_for(reader.read(1), seconds)
    except asyncio.TimeoutError:
        pass


def written(reply):
    head = f"HTTP/1.1 {reply.status} {'OK' if reply.status < 400 else 'Error'}\r\nContent-Length: {len(reply.body)}\r\n"
    return head.encode() + "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items()).encode("latin-1") + b"\r\n" + reply.body


async def serve_connection(answer, reader, writer):
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while request := await read_request(reader, writer):
            reply = await answer(request)
            if reply.end == "hang":
                await hang(reader, reply.seconds)
            if reply.end in ("hang", "reset"):
                return reset(writer)
            data = written(reply)
            if reply.end == "cut":
                writer.write(data[:len(data) - max(1, len(reply.body) // 2)])
                await writer.drain()
                return writer.close()
            writer.write(data)
            await writer.drain()
            if request.headers.get("connection", "").lower() == "close":
                break
    except (ConnectionError, asyncio.IncompleteReadError, ValueError):
        pass
    writer.close()


async def listen(answer, port):
    """Starts to listen; the port that it got."""
    server = await asyncio.start_server(lambda reader, writer: serve_connection(answer, reader, writer), "127.0.0.1", port, limit=BODY_MAX, backlog=1024)
    return server, server.sockets[0].getsockname()[1]
