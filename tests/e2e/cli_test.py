"""The verbs as an operator meets them: what `init` makes runs at once in both tongues; bad input gets one clear sentence, the right exit code, and
nothing half done."""
import json
import os
import sys
import tempfile

import workspace as w


def write(path, text, encoding="utf-8"):
    with open(path, "w", encoding=encoding, newline="") as file:
        file.write(text)


def init_runs_at_once(tend, scratch):
    for lang in ("en", "zh"):
        folder = os.path.join(scratch, "店" if lang == "zh" else "shop")
        w.run(tend, "init", folder, "--lang", lang)
        checked = json.loads(w.run(tend, "check", folder, "--format", "json").stdout)
        w.check(checked["format"] == "tend.check/1" and checked["errors"] == 0 and checked["warnings"] == 0, f"init --lang {lang} checks: {checked}")
        simulated = json.loads(w.run(tend, "simulate", folder, "--format", "json", "--sends", os.path.join(scratch, "s")).stdout)
        replayed = json.loads(w.run(tend, "replay", folder, "--format", "json", "--sends", os.path.join(scratch, "r")).stdout)
        w.check(simulated == replayed and sum(p["entered"] for p in simulated["playbooks"].values()) > 0, f"init --lang {lang} runs")
        w.check(w.read(os.path.join(scratch, "s")) == w.read(os.path.join(scratch, "r")), "simulate and replay send the same")
        w.run(tend, "fmt", folder, "--check")
        w.run(tend, "init", folder, expect=1)   # never over what is there
    return os.path.join(scratch, "shop")


def refused(tend, *words, expect, says):
    done = w.run(tend, *words, expect=expect)
    w.check(says in done.stderr + done.stdout, f"{' '.join(words)} says {done.stderr!r}, which lacks {says!r}")
    w.check("Traceback" not in done.stderr and "terminate" not in done.stderr, "no crash")
    return done


def bad_input(tend, shop, scratch):
    toml = w.read(os.path.join(shop, "tend.toml"))
    orders = w.read(os.path.join(shop, "orders.csv"))
    for change, says in [(("customer_id\"", "customer_nr\""), "tend.toml:"), (("event = \"order\"", "event = \"ordr\""), "did you mean `order`"),
                         (("[channels.outbox]", "[channels.outbox"), "tend.toml:"), (("adapter = \"file\"", "adapter = \"fax\""), "fax")]:
        write(os.path.join(shop, "tend.toml"), toml.replace(*change))
        refused(tend, "simulate", shop, expect=1, says=says)
    write(os.path.join(shop, "tend.toml"), toml)

    bad = "bo,2025-13-03T09:12:00Z,42.50\n1.39E+10,2025-01-02,1\nbo,2025-01-02,1.999\n,2025-01-02,1\n"
    write(os.path.join(shop, "orders.csv"), orders + bad + "bo,2025/3/1 9:05,\"$1,299.00\"\n")
    done = w.run(tend, "simulate", shop, "--format", "json")
    w.check("4 of" in done.stderr and "orders.csv:9:" in done.stderr and "spreadsheet" in done.stderr, f"bad rows are told: {done.stderr}")
    rejects = w.read(os.path.join(shop, "orders.rejects.csv"))
    w.check(rejects.count("\n") == 5 and "1.39E+10" in rejects, f"bad rows are kept: {rejects}")
    w.check(json.loads(done.stdout)["events"] == 8, "good rows are taken, `$1,299.00` among them")
    refused(tend, "simulate", shop, "--strict", expect=1, says="orders.csv:9:")
    write(os.path.join(shop, "orders.csv"), orders)

    refused(tend, "simulate", shop, "--from", "yesterday", expect=3, says="--from")
    refused(tend, "simulate", shop, "--from", "2025-02-01", "--to", "2025-01-01", expect=3, says="--to")
    refused(tend, "simulate", os.path.join(scratch, "nowhere"), expect=1, says="nowhere")
    refused(tend, "check", shop, "--format", "xml", expect=3, says="xml")
    w.run(tend, "frobnicate", expect=3)

    data = os.path.join(scratch, "data")
    w.run(tend, "replay", shop, "--data", data)
    refused(tend, "why", "nobody", "--data", data, expect=1, says="nobody")
    w.check("send care" in w.run(tend, "why", "anna", "win_back", "--data", data).stdout, "why tells of the care message")
    w.check("send care" in w.run(tend, "why", "anna", "--workspace", shop).stdout, "why tells of the simulated one too")
    playbook = w.read(os.path.join(shop, "winback.tend"))
    write(os.path.join(shop, "winback.tend"), playbook.replace("60 days", "61 days"))
    refused(tend, "replay", shop, "--data", data, expect=1, says="other playbooks are in force")
    write(os.path.join(shop, "winback.tend"), playbook)
    write(os.path.join(data, "tend-data"), "tend data 9 partitions 64\n")
    refused(tend, "replay", shop, "--data", data, expect=4, says="version 9")
    write(os.path.join(scratch, "a-file"), "")
    refused(tend, "replay", shop, "--data", os.path.join(scratch, "a-file"), expect=4, says="a-file")


def excel(tend, scratch):
    """The same orders from Excel in GB18030 and from an editor in UTF-8 with a byte order mark give the same figures."""
    folder = os.path.join(scratch, "店")
    orders = w.read(os.path.join(folder, "orders.csv"))
    figures = []
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        write(os.path.join(folder, "orders.csv"), orders.replace("\n", "\r\n"), encoding)
        figures.append(w.run(tend, "simulate", folder, "--format", "json").stdout)
    w.check(len(set(figures)) == 1, "the encoding of a file changes nothing")


def mistakes(tend, scratch):
    """One place per mistake, by line, in both tongues."""
    path = os.path.join(scratch, "bad.tend")
    write(path, 'event order { amount money }\npolicy { timezone "Asia/Shangai" }\nplaybook p {\n  enter on order\n  sned care\n  wait 7 dys\n}\n'
                'message care { text "{{ customer.city }}" }\n')
    done = json.loads(w.run(tend, "check", path, "--format", "json", expect=1).stdout)
    places = [(d["line"], d["column"]) for d in done["diagnostics"] if d["severity"] == "error"]
    w.check(places[:2] == [(5, 3), (6, 10)] or (5, 3) in places and (6, 10) in places, f"the places are {places}")
    chinese = w.run(tend, "check", path, "--lang", "zh", expect=1).stdout
    w.check("是不是想写 `send`" in chinese, f"the Chinese sentence: {chinese}")
    write(path, 'event order\npolicy { timezone "Asia/Shangai" }\n')
    w.check("Asia/Shanghai" in w.run(tend, "check", path, expect=1).stdout, "an unknown zone is named with its neighbour")
    folder = os.path.join(scratch, "addresses")
    os.makedirs(folder)
    write(os.path.join(folder, "shop.tend"), 'customer { email text }\nevent order\npolicy { timezone "UTC" }\nplaybook p { enter on order\n  send hi }\nmessage hi { text "hi" }\n')
    for to, ends in (("emial", 1), ("email", 0)):
        write(os.path.join(folder, "tend.toml"), f'[channels.hook]\nadapter = "webhook"\nurl = "https://example.com/"\nsecret = "env:HOOK_SECRET"\nto = "{to}"\n')
        said = w.run(tend, "check", folder, expect=ends).stderr
        w.check(("customers have no attribute `emial`, did you mean `email`?" in said) == (ends == 1), f"of the address in `{to}`: {said}")


def main(tend):
    with tempfile.TemporaryDirectory() as scratch:
        shop = init_runs_at_once(tend, scratch)
        bad_input(tend, shop, scratch)
        excel(tend, scratch)
        mistakes(tend, scratch)
    print("ok")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
