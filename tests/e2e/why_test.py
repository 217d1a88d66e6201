"""`tend why --data` tells what happened: of one who reads other customers too, on the channels of the workspace, and of entries of the ledger that
were taken back. The stories of a data folder and of the sources agree but for their last line."""
import os
import sys
import tempfile

import workspace as w

TOML = """[workspace]
name = "friends"
language = "en"
[channels.paper]
adapter = "file"
path = "paper.jsonl"
[sources.people]
file = "people.csv"
customer = "id"
at = "at"
attributes = { referrer = "referrer", level = "level" }
[sources.orders]
file = "orders.csv"
customer = "id"
at = "at"
event = "order"
fields = { amount = { column = "amount", currency = "USD" } }
"""
PLAYBOOK = """customer { referrer customer; level one of "normal", "gold" }
event order { amount money }
activity is order
message thanks { text "thanks" }
message gold_thanks { text "you and your friend" }
playbook friends {
  enter on order
  again always
  if customer.referrer.level = "gold" { send gold_thanks } else { wait 2 days; send thanks }
}
"""
PEOPLE = """id,at,referrer,level
anna,2026-01-01T00:00:00Z,,normal
ben,2026-01-01T00:00:00Z,anna,normal
cleo,2026-01-01T00:00:00Z,ben,normal
anna,2026-01-05T00:00:00Z,,gold
anna,2026-01-20T00:00:00Z,,normal
"""
ORDERS = """id,at,amount
ben,2026-01-03T00:00:00Z,10
ben,2026-01-10T00:00:00Z,10
cleo,2026-01-10T00:00:00Z,10
ben,2026-01-25T00:00:00Z,10
zoe,2026-02-01T00:00:00Z,10
"""


def main():
    tend = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in [("tend.toml", TOML), ("friends.tend", PLAYBOOK), ("people.csv", PEOPLE), ("orders.csv", ORDERS)]:
            with open(os.path.join(scratch, name), "w", encoding="utf-8") as file:
                file.write(text)
        told = {}
        w.run(tend, "replay", ".", "--data", "data", cwd=scratch)
        for customer in ("anna", "ben", "cleo"):
            sources = w.run(tend, "why", customer, "--lang", "en", cwd=scratch).stdout
            told[customer] = w.run(tend, "why", customer, "--lang", "en", "--data", "data", cwd=scratch).stdout
            w.check(told[customer].splitlines()[:-1] == sources.splitlines()[:-1], f"{customer}: from the folder\n{told[customer]}\nfrom the sources\n{sources}")
        sends = [line for line in told["ben"].splitlines() if "send" in line and "paper" in line]
        w.check("gold_thanks" in told["ben"] and "gold_thanks" not in told["cleo"], f"who is read says which way it goes: {told}")
        w.check(sends and "outbox" not in told["ben"], f"on the channel that the workspace has: {told['ben']}")
        w.run(tend, "doctor", ".", "--data", "data", cwd=scratch)
    print("ok")


main()
