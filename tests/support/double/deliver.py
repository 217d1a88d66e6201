"""Calls that the platforms make: callbacks, receipts, replies of people. Each attempt is kept, with what the receiver answered."""
import asyncio
import dataclasses
import http.client
import urllib.parse


@dataclasses.dataclass
class Delivery:
    platform: str
    what: str                  # for people: `receipt 13900001234 DELIVERED`
    url: str
    headers: dict
    body: bytes
    accepted: object           # (status, body) -> whether the receiver took it
    retries: tuple = ()        # seconds to the next attempts
    timeout: float = 5.0       # of real time
    method: str = "POST"


def call(delivery):
    """(status, body), or (0, what went wrong)."""
    parts = urllib.parse.urlsplit(delivery.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=delivery.timeout)
    try:
        connection.request(delivery.method, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), delivery.body or None, delivery.headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error).encode()
    finally:
        connection.close()


async def deliver(double, delivery, attempt=1):
    """One attempt; sets the next on the clock when the receiver did not take it. The row that the log got."""
    status, body = await asyncio.to_thread(call, delivery)
    taken = delivery.accepted(status, body)
    row = {"at": double.clock.now(), "platform": delivery.platform, "what": delivery.what, "url": delivery.url, "attempt": attempt,
           "status": status, "reply": body.decode("utf-8", "replace")[:500], "accepted": taken}
    double.deliveries.append(row)
    if not taken and attempt <= len(delivery.retries):
        wait = delivery.retries[attempt - 1]
        if wait == 0:
            return await deliver(double, delivery, attempt + 1)
        double.clock.after(wait, lambda: deliver(double, delivery, attempt + 1))
    return row


def arranged(items, told, chance):
    """Items with `times` copies of each and in the `order` that a test wants: sent, reversed, shuffled, or a list of places."""
    order = told.get("order", "sent")
    items = [item for item in items for _ in range(told.get("times", 1))]
    if order == "reversed":
        items.reverse()
    elif order == "shuffled":
        chance.shuffle(items)
    elif isinstance(order, list):
        items = [items[place] for place in order]
    return items
