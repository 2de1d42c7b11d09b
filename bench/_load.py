"""A client that keeps a number of connections busy, each sending its next request when the last is answered."""

from __future__ import annotations

import base64
import json
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it; seconds, and milliseconds for latencies."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    statuses: dict[str, int]


def batches(count: int, size: int, seed: str) -> list[bytes]:
    """Bodies of `size` events as a server's SDK sends them, every message id its own."""
    return [_body(f"{seed}-{number}", size) for number in range(count)]


def _body(seed: str, size: int) -> bytes:
    names = ("Report Opened", "Export Finished", "Dashboard Viewed", "Member Invited")
    events = [
        {
            "type": "track",
            "event": names[n % 4],
            "userId": f"user-{seed}-{n % 17}",
            "anonymousId": None,
            "messageId": f"{seed}-{n:05d}-290bc182-2f1b-4f0f-9d38",
            "timestamp": f"2026-11-21T23:{n % 60:02d}:04.790+00:00",
            "properties": {
                "feature": "export",
                "rows": n * 37,
                "plan": "pro",
                "format": "csv",
                "title": "四半期レポート",
            },
            "context": {
                "groupId": f"acct-{n % 9}",
                "library": {"name": "analytics-python", "version": "2.4.0"},
                "locale": "ja-JP",
                "timezone": "Asia/Tokyo",
            },
            "integrations": {},
        }
        for n in range(size)
    ]
    return json.dumps({"batch": events, "sentAt": "2026-11-22T00:00:05.000+00:00"}, ensure_ascii=False).encode()


def run(
    port: int, key: str, bodies: Sequence[bytes], *, connections: int, seconds: float, path: str = "/v1/batch"
) -> Load:
    """Send the bodies in turn over keep-alive connections for `seconds`."""
    auth = base64.b64encode(f"{key}:".encode()).decode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Basic {auth}\r\nContent-Type: application/json\r\n"
    requests = [head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body for body in bodies]
    lanes = selectors.DefaultSelector()
    begun: dict[socket.socket, float] = {}
    sent = 0
    for _ in range(connections):
        lane = socket.create_connection(("127.0.0.1", port))
        lane.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lanes.register(lane, selectors.EVENT_READ)
        begun[lane] = time.perf_counter()
        lane.sendall(requests[sent % len(requests)])
        sent += 1
    start = time.perf_counter()
    waits: list[float] = []
    statuses: dict[str, int] = {}
    while begun:
        for lane, _ in lanes.select():
            connection: socket.socket = lane.fileobj  # type: ignore[assignment]
            answer = _whole_answer(connection)
            now = time.perf_counter()
            waits.append(now - begun[connection])
            status = answer[9:12].decode() or "closed"
            statuses[status] = statuses.get(status, 0) + 1
            if now - start > seconds or not answer:
                lanes.unregister(connection)
                connection.close()
                del begun[connection]
                continue
            begun[connection] = now
            connection.sendall(requests[sent % len(requests)])
            sent += 1
    waits.sort()
    took = time.perf_counter() - start
    return Load(len(waits), took, *(1000 * waits[int(len(waits) * share)] for share in (0.5, 0.99)), statuses)


def _whole_answer(connection: socket.socket) -> bytes:
    """An answer up to its Content-Length; empty where the server hung up."""
    answer = connection.recv(65536)
    while answer:
        head, found, body = answer.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0):
            return answer
        more = connection.recv(65536)
        if not more:
            return b""
        answer += more
    return b""


if __name__ == "__main__":
    port, key, connections, seconds, size = (
        int(sys.argv[1]),
        sys.argv[2],
        int(sys.argv[3]),
        float(sys.argv[4]),
        int(sys.argv[5]),
    )
    bodies = batches(200, size, f"{time.time_ns()}")
    sys.stdout.write(json.dumps(asdict(run(port, key, bodies, connections=connections, seconds=seconds))))
