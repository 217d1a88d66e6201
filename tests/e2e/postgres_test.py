"""PostgreSQL as a source, against a real server: what is new is imported once, though rows have the same cursor, the import is killed with kill -9 and rows are
added in between; `simulate` reads all; what cannot be read, reached or run gets a sentence without the connection string.

    python3 tests/e2e/postgres_test.py build/release/tend
"""
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import clients_test
import postgres
import serve_test
import workspace as w

ROWS = 120_000
SHOP = """event order { amount money; quantity number }
activity is order
customer { phone text; vip bool; likes list of text }
policy { timezone "UTC" }
playbook thanks {
  enter on order
  again always
  send thanks
}
message thanks { text "Thank you!" }
"""
TOML = serve_test.TOML + """
[sources.orders]
postgres = "env:SHOP_DSN"
query = "select id, who, at, n, amount from orders where n >= 0 -- all of them;"
cursor = "id"
event = "order"
customer = "who"
at = "at"
fields = { quantity = "n", amount = { column = "amount", currency = "CNY" } }

[sources.people]
postgres = "env:SHOP_DSN"
query = "select * from people;"
cursor = "changed"
customer = "who"
attributes = { phone = "phone", vip = "vip", likes = "likes" }
"""


class Shop:
    def __init__(self, tend, folder, data, dsn):
        self.tend, self.folder, self.data = tend, folder, data
        self.environment = {**os.environ, "SHOP_DSN": dsn}

    def words(self, *names):
        return [self.tend, "import", *names, "--workspace", self.folder, "--data", self.data, "--format", "json"]

    def run(self, *names, code=0, dsn=None):
        environment = self.environment if dsn is None else {**self.environment, "SHOP_DSN": dsn}
        done = subprocess.run(self.words(*names), capture_output=True, text=True, timeout=120, env=environment)
        w.check(done.returncode == code or (code is None and done.returncode < 2), f"import {' '.join(names)} ends with {done.returncode}: {done.stderr}{done.stdout}")
        w.check(postgres.PASSWORD not in done.stderr + done.stdout, f"the password is told: {done.stderr}")
        return json.loads(done.stdout) if done.stdout else done.stderr

    def toml(self, before=None, after=None):
        """tend.toml with one thing otherwise; as it was without."""
        text = TOML if before is None else TOML.replace(before, after)
        w.check(before is None or text != TOML, f"tend.toml has no `{before}`")
        with open(os.path.join(self.folder, "tend.toml"), "w", encoding="utf-8") as file:
            file.write(text)


def killed(shop, database):
    """Imports that die at some moment, rows that come in between; then one that lives."""
    rows, kills = ROWS, 0
    for wait in (0.1, 0.2, 0.25, 0.3):
        process = subprocess.Popen(shop.words("orders"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=shop.environment)
        time.sleep(wait)
        kills += process.poll() is None
        process.kill()
        process.wait()
        database.psql(f"insert into orders select 'late' || g, '2024-03-01', 1, 2 from generate_series({rows}, {rows + 99}) g")
        rows += 100
    w.check(kills > 0, "every import was over before it was killed: it needs more rows")
    shop.run("orders", code=None)
    again = shop.run("orders")
    w.check(again == {"imported": 0, "before": 0, "rejected": 0}, f"a second import says {again}")
    database.psql("insert into orders select 'new' || g, now(), 1, 2 from generate_series(1, 50) g")
    again = shop.run("orders")
    w.check(again["imported"] == 50, f"fifty new rows, and it says {again}")
    found = clients_test.events_by_customer(shop.data)
    wrong = {c: n for c, n in found.items() if n != 1}
    w.check(len(found) == rows + 50 - 1 and not wrong, f"{len(found)} customers of {rows + 49}, more than once: {list(wrong.items())[:3]}")
    with open(os.path.join(shop.folder, "orders.import.rejects.csv"), encoding="utf-8-sig") as file:
        lines = file.read().splitlines()
    w.check(lines[0] == "reason,id,who,at,n,amount", f"the rejects begin with {lines[0]}")
    w.check(len(lines) == 2 and "infinity" in lines[1] and "c70000" in lines[1], f"the rejects are {lines[1:]}")
    return kills


def people(shop, database):
    """A cursor that several rows have: who comes later with the same value is found, who was there is not taken again."""
    database.psql("insert into people select 'p' || g, '1380000' || g, g % 2 = 0, array['tea', 'a;b'], '2024-01-01 10:00:00.5+02' from generate_series(1, 300) g")
    done = shop.run("people")
    w.check(done["imported"] == 300, f"of 300 people {done}")
    database.psql("insert into people values ('late', '139', null, '{}', '2024-01-01 08:00:00.5+00'), ('later', '138', true, null, '2024-01-02')")
    done = shop.run("people")
    w.check(done["imported"] == 2, f"of two more, one at the moment of the others, {done}")
    w.check(shop.run("people")["imported"] == 0, "a third time it imports somebody")
    # Another query: behind the last value, whatever the rows look like now.
    shop.toml('"select * from people;"', '"select *, 1 as more from people"')
    w.check(shop.run("people")["imported"] == 0, "under another query it imports the last again")
    shop.toml()
    show = json.loads(w.run(shop.tend, "customer", "show", "p4", "--workspace", shop.folder, "--data", shop.data, "--format", "json").stdout)
    w.check(show["attributes"]["phone"] == "13800004" and show["attributes"]["vip"] is True, f"p4 is {show['attributes']}")
    w.check(show["attributes"]["likes"] == ["tea", "a;b"], f"p4 likes {show['attributes']['likes']}")
    # More than 500 with one value are known by their number alone.
    database.psql("insert into people select 'many' || g, '1', true, null, '2024-02-01' from generate_series(1, 700) g")
    w.check(shop.run("people")["imported"] == 700, "700 of one moment are not 700")
    w.check(shop.run("people")["imported"] == 0, "700 of one moment come again")
    database.psql("insert into people values ('m701', '1', true, null, '2024-02-01'), ('after', '1', true, null, '2024-02-02')")
    done = subprocess.run(shop.words("people"), capture_output=True, text=True, timeout=120, env=shop.environment)
    w.check("1 rows came later with a `changed`" in done.stderr and json.loads(done.stdout)["imported"] == 1, f"701 of one moment: {done.stderr}{done.stdout}")


def sentences(shop, database):
    """What goes wrong, and that nothing of the connection string is in it."""
    def told(code, *parts, dsn=None):
        talk = shop.run("orders", code=code, dsn=dsn)
        for part in parts:
            w.check(part in talk, f"`{part}` is not in: {talk}")
        for part in ("127.0.0.1", "user=", "dbname"):
            w.check(dsn == "nonsense" or part not in talk, f"`{part}` is in: {talk}")
    told(4, "source `orders`: the database of `env:SHOP_DSN` cannot be reached: Connection refused", dsn=database.dsn().replace(f"port={database.port}", "port=1"))
    told(4, 'password authentication failed for user "…"', dsn=database.dsn().replace(postgres.PASSWORD, "wrong"))
    told(1, "what `env:SHOP_DSN` holds is no connection string", dsn="nonsense")
    told(1, "the environment has no `SHOP_DSN`", dsn="")
    shop.toml("select id, who", "select id, whom")
    told(1, "tend.toml:5: source `orders`: the query cannot be run: column \"whom\" does not exist")
    shop.toml('cursor = "id"', 'cursor = "nr"')
    told(1, "the query has no column `nr`, which is its cursor: its columns are `id`, `who`, `at`, `n`, `amount`")
    shop.toml('customer = "who"\nat', 'customer = "whom"\nat')
    told(1, "source `orders`: the query has no column `whom`: its columns are `id`")
    shop.toml("select id, who", "select array[id] as id, who")
    told(1, "the column `id` cannot be a cursor")
    database.psql("insert into orders select 'last', now(), 1, 2")
    shop.toml("where n >= 0 --", "where n >= 0 and (who || 'x')::bigint = 1 --")
    told(4, "the query fails over what stands in the database (SQLSTATE 22P02)")
    shop.toml('cursor = "id"', 'cursor = "id"\ntimeout = "1s"')
    database.psql("create view slow as select id, who, at, n, amount from orders where pg_sleep(2) is not null")
    with open(os.path.join(shop.folder, "tend.toml"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(shop.folder, "tend.toml"), "w", encoding="utf-8") as file:
        file.write(text.replace("from orders", "from slow"))
    told(4, "the query took longer than 1 s: help it with an index on `id`")
    shop.toml("from orders where n >= 0 --", "from taken(1) --")
    database.psql("create function taken(n int) returns setof orders language sql as 'delete from orders returning *'")
    told(4, "cannot execute DELETE in a read-only transaction")
    shop.toml('postgres = "env:SHOP_DSN"\nquery = "select id', f'postgres = "{database.dsn()}"\nquery = "select id')
    told(1, "tend.toml:6: source `orders`: `postgres` says where the connection string is, not what it is")
    shop.toml()
    w.check(shop.run("orders")["imported"] == 1, "behind all that the last order is not there")


def main():
    tend = os.path.abspath(sys.argv[1])
    with postgres.Postgres() as database, tempfile.TemporaryDirectory(prefix="tend-postgres-") as scratch:
        folder = serve_test.make(os.path.join(scratch, "shop"), SHOP, TOML)
        shop = Shop(tend, folder, os.path.join(scratch, "data"), database.dsn())
        database.psql(f"""
            create table orders (who text, at timestamptz, n int, amount numeric(12, 2), id bigserial primary key);
            create table people (who text, phone text, vip boolean, likes text[], changed timestamptz);
            insert into orders select 'c' || g, timestamptz '2024-01-01' + g * interval '1 second', g % 7, 12.50 from generate_series(1, {ROWS}) g;
            update orders set at = 'infinity' where who = 'c70000';""")
        # Offline: nobody is asked what is there, and no environment is needed.
        w.run(tend, "check", folder)
        serve_test.Server(tend, folder, "--data", shop.data).stop()
        kills = killed(shop, database)
        people(shop, database)
        sentences(shop, database)
        run = subprocess.run([tend, "simulate", folder, "--format", "json"], capture_output=True, text=True, timeout=120, env=shop.environment)
        w.check(run.returncode == 0 and json.loads(run.stdout)["events"] == ROWS + 450, f"simulate says {run.stderr}{run.stdout[:300]}")
        database.stop()
        w.run(tend, "check", folder)
        w.check("cannot be reached" in shop.run("orders", code=4), "without a server it imports")
        print(f"{ROWS + 451} orders, {kills} kills: each is there once")


if __name__ == "__main__":
    main()
