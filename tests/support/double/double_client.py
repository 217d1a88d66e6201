"""Starts the double and speaks to its `/_sim/…`; for tests in Python. Needs nothing but the standard library.

    with double_client.Double(now="2026-01-05T10:00:00+08:00") as double:
        double.post("faults", api="wecom.message/send", kind="timeout_after", percent=10, seed=1)
        … double.url …
        double.get("state")["totals"]"""
import http.client
import json
import pathlib
import subprocess
import sys
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent


class Refused(Exception):
    """What the double says is wrong with a control call."""


class Double:
    def __init__(self, now=None, frozen=True, python=sys.executable):
        words = [python, "-B", str(HERE / "double.py"), *(["--now", str(now)] if now else []), *(["--frozen"] if frozen else [])]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()
        if not self.url:
            raise RuntimeError("the double did not start; its stderr says why")
        self.host = urllib.parse.urlsplit(self.url).netloc

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def call(self, method, target, body=None, headers=None, timeout=10):
        """(status, headers, bytes) of any call to the double."""
        connection = http.client.HTTPConnection(self.host, timeout=timeout)
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def control(self, method, verb, told=None):
        status, _, body = self.call(method, f"/_sim/{verb}", None if told is None else json.dumps(told).encode())
        found = json.loads(body)
        if status != 200:
            raise Refused(found["error"])
        return found

    def get(self, verb):
        return self.control("GET", verb)

    def post(self, verb, **told):
        return self.control("POST", verb, told)
