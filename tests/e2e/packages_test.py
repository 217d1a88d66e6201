"""Packages by path: an agency's package in a client's workspace, from `tend add` to an update that shows what it does to whom; `std`; Lua files."""
import json
import os
import sys
import tempfile

import workspace as w

PACKAGE = """customer { name text private; city text }
event order { amount money }
activity is order
trait spend = total(order.amount) over 365 days
segment loyal = spend >= 500 CNY
message hello { text "Hello {{ customer.name default "there" }}!" }
template win_back(silence duration = 60 days, offer message) {
  requires { event order { amount money } }
  enter when inactive for silence
  where not in segment loyal
  again after 180 days
  goal order within 30 days
  send hello
  wait 7 days
  send offer
}
"""

SHOP = """use "retention" as r
customer { name text }
event order { amount money }
activity is order
policy { timezone "UTC" }
message coupon { text "Come back." }
playbook silent = r.win_back(silence: 30 days, offer: coupon) { priority 70 }
playbook thanks { enter on order; goal order within 30 days; send coupon }
"""

TOML = """[sources.orders]
file = "orders.csv"
event = "order"
customer = "customer"
at = "at"
fields = { amount = { column = "amount", currency = "CNY" } }

[channels.outbox]
adapter = "file"
path = "outbox.jsonl"
"""


def write(folder, name, text):
    os.makedirs(os.path.join(folder, os.path.dirname(name)), exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def found(tend, shop, expect=1):
    told = json.loads(w.run(tend, "check", shop, "--format", "json", expect=expect).stdout)["diagnostics"]
    return [one["code"] for one in told if one["severity"] == "error"]


def runs(tend, lua):
    """Who has four orders is tagged, by `simulate` as by `replay`; the fifth order makes the function fail, and `why` shows what it gave."""
    with open(os.path.join(lua, "orders.csv"), "w", encoding="utf-8") as file:
        file.write("customer,at,amount\n")
        for customer, orders in (("three", 3), ("four", 4), ("five", 5)):
            for day in range(1, orders + 1):
                file.write(f"{customer},2026-01-0{day} 10:00,30\n")
    with open(os.path.join(lua, "tend.toml"), "w", encoding="utf-8") as file:
        file.write('[workspace]\nname = "lua"\n' + TOML)
    span = ["--from", "2026-01-01", "--to", "2026-02-01", "--format", "json"]
    done = w.run(tend, "simulate", lua, *span)
    figures = json.loads(done.stdout)["playbooks"]["p"]
    w.check(figures["entered"] == 2, f"four and five come to four orders: {figures}")
    w.check(done.stderr.count("the function `score` came to nothing, which is told once: score.lua:4: too many") == 1, f"it is told once: {done.stderr}")
    data = os.path.join(lua, "data")
    done = w.run(tend, "replay", lua, *span, "--data", data)
    w.check(json.loads(done.stdout)["playbooks"]["p"] == figures, "replay gives the same")
    why = w.run(tend, "why", "four", "--data", data, "--workspace", lua).stdout
    w.check("score of" in why and ": 4" in why, f"why shows what it gave: {why}")


def main(tend):
    with tempfile.TemporaryDirectory() as scratch:
        package, shop = os.path.join(scratch, "retention"), os.path.join(scratch, "shop")
        write(package, "tend.toml", '[package]\nname = "retention"\nversion = "1.0.0"\n')
        write(package, "all.tend", PACKAGE)
        write(shop, "tend.toml", TOML)
        write(shop, "shop.tend", SHOP)
        write(shop, "orders.csv", "customer,at,amount\n1,2026-01-01 10:00,30\n2,2026-01-01 10:00,900\n")
        w.run(tend, "check", package)
        w.check(found(tend, shop) == ["T0270"], "a package that tend.toml does not name")

        w.run(tend, "add", "retention", "--path", package, "--workspace", shop)
        w.check('retention = { path = "../retention" }' in w.read(os.path.join(shop, "tend.toml")), "tend.toml names it")
        w.check(found(tend, shop, expect=0) == [], "the workspace is right")
        simulated = json.loads(w.run(tend, "simulate", shop, "--from", "2026-01-01", "--to", "2026-03-01", "--format", "json").stdout)
        silent = simulated["playbooks"]["silent"]
        w.check(silent["entered"] == 1, f"one of the two is not loyal: {silent}")
        w.check(silent["sends"]["retention.hello"]["outbox"]["accepted"] == 1, f"the package's message is sent: {silent['sends']}")
        w.run(tend, "verify", "--workspace", shop)

        # The package changes under the client's hands: nothing runs until somebody has looked.
        write(package, "all.tend", PACKAGE.replace("wait 7 days", "wait 5 days"))
        w.check(found(tend, shop) == ["T0702"], "changed since")
        w.run(tend, "simulate", shop, "--from", "2026-01-01", "--to", "2026-03-01", expect=1)
        w.check("retention: changed" in w.run(tend, "verify", "--workspace", shop, expect=1).stdout, "verify says it")
        dry = w.run(tend, "update", "--dry-run", "--workspace", shop, expect=2).stdout
        w.check("playbook silent: another program" in dry and "thanks" not in dry, f"who is touched: {dry}")
        w.check(found(tend, shop) == ["T0702"], "a dry run changes nothing")
        w.run(tend, "update", "retention", "--workspace", shop)
        w.check(found(tend, shop, expect=0) == [], "taken over")
        lock = w.read(os.path.join(shop, "tend.lock"))
        w.run(tend, "update", "--workspace", shop)
        w.check(w.read(os.path.join(shop, "tend.lock")) == lock, "a second update writes the same")

        # Broken, and not fitting.
        write(package, "all.tend", PACKAGE.replace("send hello", "send helo"))
        w.check("T0703" in found(tend, shop), "a broken package is one sentence")
        write(package, "all.tend", PACKAGE)
        w.run(tend, "update", "--workspace", shop)
        write(shop, "shop.tend", SHOP.replace("customer { name text }", "customer { nme text }"))
        w.check(found(tend, shop) == ["T0704"], "what the package needs is missing")
        write(shop, "shop.tend", SHOP)
        w.check(w.run(tend, "add", "other", "--path", package, "--workspace", shop, expect=1).stderr.count("is called `retention`") == 1, "a wrong name")
        w.check("other" not in w.read(os.path.join(shop, "tend.toml")), "tend.toml is as it was")
        os.remove(os.path.join(shop, "tend.lock"))
        w.check(found(tend, shop) == ["T0701"], "without a lock")

        # The package that comes with tend, and its calendar.
        std = os.path.join(scratch, "std")
        write(std, "a.tend", 'use "std" as std\nevent order { amount money }\nactivity is order\nmessage hi { text "Hi!" }\n'
                             "playbook back = std.win_back(care: hi, offer: hi)\n")
        w.check(found(tend, std, expect=0) == [], "std")

        # Lua files.
        lua = os.path.join(scratch, "lua")
        write(lua, "a.tend", 'event order { amount money }\nactivity is order\nextern function score(n number) number from "score.lua"\n'
                             "playbook p { enter when score(count(order)) > 3; goal order; tag \"x\" }\n")
        w.check(found(tend, lua) == ["T0560"], "no file")
        write(lua, "score.lua", "function score(n)\n  retrun n\nend\n")
        told = json.loads(w.run(tend, "check", lua, "--format", "json", expect=1).stdout)["diagnostics"]
        told = [one for one in told if one["severity"] == "error"]
        w.check([(d["code"], os.path.basename(d["file"]), d["line"]) for d in told] == [("T0561", "score.lua", 2)], f"Lua's mistake in its place: {told}")
        write(lua, "score.lua", "function skore(n)\n  return n\nend\n")
        w.check(found(tend, lua) == ["T0562"], "the file lacks the function")
        write(lua, "score.lua", "local x = nil + 1\n")
        w.check(found(tend, lua) == ["T0563"], "the file fails")
        write(lua, "score.lua", "while true do end\n")
        w.check(found(tend, lua) == ["T0563"], "the file does not end")
        write(lua, "score.lua", "local calls = 0\nfunction score(n)\n  calls = calls + 1\n  if n > 4 then error('too many') end\n  return n * calls\nend\n")
        w.check(found(tend, lua, expect=0) == [], "Lua")
        runs(tend, lua)
    print("ok")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
