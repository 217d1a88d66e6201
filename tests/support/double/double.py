"""One program that plays WeCom, the WeChat Official Account, Aliyun SMS, Tencent SMS and Twilio on loopback. README.md says how to use it.

    double.py [--port N] [--now MOMENT] [--frozen]

Prints `listening on http://127.0.0.1:PORT` once it does. Paths are those of the real platforms, all under this one address; `/_sim/…` is the tests'."""
import argparse
import asyncio
import collections
import datetime as dt
import json
import traceback

import aliyun_sms
import clock
import control
import faults
import server
import tencent_sms
import twilio
import wechat_oa
import wecom

GARBAGE = b"<html>\x00\xff\xfe upstream connect error"


class Double:
    def __init__(self):
        self.clock = clock.Clock()
        self.platforms = {}
        self.forget()
        for kind in (wecom.WeCom, wechat_oa.OfficialAccount, aliyun_sms.Aliyun, tencent_sms.Tencent, twilio.Twilio):
            self.platforms[kind.name] = kind(self)

    def forget(self):
        """Forgets what happened and what shall go wrong; settings and platforms' own state are theirs."""
        self.faults = faults.Faults()
        self.received = []      # what people effectively got
        self.dropped = []       # what a platform took and silently did not deliver
        self.calls = []
        self.deliveries = []
        self.under_way = collections.Counter()

    def receive(self, platform, via, recipient, content, message, keys=None):
        """A person got a message. `keys`: whatever the caller gave to tell the same send again."""
        self.received.append({"platform": platform, "via": via, "recipient": recipient, "content": content, "id": message,
                              "keys": {name: key for name, key in (keys or {}).items() if key}, "at": self.clock.now()})

    def drop(self, platform, via, recipient, content, why):
        self.dropped.append({"platform": platform, "via": via, "recipient": recipient, "content": content, "why": why, "at": self.clock.now()})

    async def answer(self, request):
        if request.path.startswith("/_sim/"):
            return await control.answer(self, request)
        for platform in self.platforms.values():
            if api := platform.route(request):
                try:
                    return await self.call(platform, api, request)
                except Exception:   # ours, not the caller's: seen on stderr and as a 599 that no platform sends
                    traceback.print_exc()
                    return server.json_reply({"error": "the double failed; see its stderr"}, 599)
        return server.json_reply({"error": "no platform has this path", "path": request.path}, 404)

    async def call(self, platform, api, request):
        """One call of a platform's API, with the fault that is due."""
        name = f"{platform.name}.{api}"
        rule = self.faults.pick(name, request.text())
        self.under_way[name] += 1
        try:
            if rule is None:
                reply = platform.answer(api, request)
            else:
                reply = await self.faulty(platform, api, request, rule)
            row = {"at": self.clock.now(), "api": name, "status": reply.status, "code": reply.code, "end": reply.end}
            self.calls.append(row if rule is None else {**row, "fault": rule.kind})
            for overtake in reply.before:
                await overtake()
            return reply
        finally:
            self.under_way[name] -= 1

    async def faulty(self, platform, api, request, rule):
        told, kind = rule.told, rule.kind
        reply = platform.answer(api, request) if rule.effect else server.Reply()
        if kind == "code":
            return platform.refusal(told["code"], request, told.get("message"))
        if kind == "status":
            wait = {"Retry-After": str(told["retry_after"])} if "retry_after" in told else {}
            return server.Reply(b"", told.get("status", 503), wait)
        if kind == "garbage":
            return server.Reply(told["body"].encode() if "body" in told else GARBAGE, 200, {"Content-Type": "text/html"})
        if kind == "slow":
            await asyncio.sleep(told.get("seconds", 1))
            return reply
        reply.end = {"timeout": "hang", "reset": "reset", "cut": "cut"}[kind.split("_")[0]]
        reply.seconds = told.get("seconds", server.HANG_S)
        return reply


def moment(text):
    """Unix seconds, or ISO 8601 with its zone."""
    try:
        return float(text)
    except ValueError:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError(f"{text} needs a zone, like 2026-01-01T00:00:00Z") from None
        return found.timestamp()


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--now", type=moment, help="virtual time to begin with: unix seconds or ISO 8601")
    parser.add_argument("--frozen", action="store_true", help="time stands until it is advanced")
    parser.add_argument("--setup", type=argparse.FileType(), help="a file of settings, as POST /_sim/setup takes them")
    told = parser.parse_args()
    double = Double()
    double.clock.set(told.now if told.now is not None else double.clock.now(), told.frozen)
    if told.setup:
        control.setup(double, json.load(told.setup))
    listening, port = await server.listen(double.answer, told.port)
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    async with listening:
        await double.clock.tick()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
