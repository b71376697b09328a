"""A gateway in nothing but Python's standard library. Its limiter lives in this process: an exact sliding window.

Run it alone:   PORT=8080 python3 gateway.py     then: curl -i -H 'x-client-id: alice' http://127.0.0.1:8080/
"""

import math
import os
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

LIMIT = int(os.environ.get("RATE_LIMIT", "100"))
WINDOW_S = int(os.environ.get("RATE_WINDOW_MS", "10000")) / 1000

admitted = {}  # of each client: when it was let in, during the last window
lock = Lock()


def decide(client):
    """None if the client is let in, else after how many seconds it may come back."""
    with lock:
        now = time.monotonic()
        times = admitted.setdefault(client, deque())
        while times and times[0] <= now - WINDOW_S:
            times.popleft()
        if len(times) < LIMIT:
            times.append(now)
            return None
        return times[0] + WINDOW_S - now


class Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept
    wbufsize = -1  # an answer is written at once
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path == "/healthz":
            return self.answer(200, "ready\n")
        wait = decide(self.headers.get("x-client-id", ""))
        if wait is None:
            return self.answer(200, "ok\n")
        return self.answer(429, "too many requests\n", ("Retry-After", str(math.ceil(wait))))

    def answer(self, status, text, *fields):
        self.send_response(status)
        for name, value in (*fields, ("Content-Length", str(len(text)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 512


if __name__ == "__main__":
    Server((os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))), Gateway).serve_forever()
