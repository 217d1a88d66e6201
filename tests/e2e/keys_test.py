"""Keys as a user has them: without one `serve` does not begin, `keys add` shows one once, scopes hold, a removed key is refused, verbs bring theirs, TLS.

    python3 tests/e2e/keys_test.py build/release/tend
"""
import http.client
import json
import os
import ssl
import stat
import subprocess
import sys
import tempfile
import time

import serve_test
import workspace as w


def run(tend, *words, env=None):
    return subprocess.run([tend, *words], capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})})


def start(tend, folder, data, *words):
    process = subprocess.Popen([tend, "serve", folder, "--data", data, "--listen", "127.0.0.1:0", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    w.check(line.startswith("listening on "), f"serve says `{line}`")
    return process, line.strip().rsplit(" ", 1)[1]


def call(address, path, body=None, key=None, context=None):
    host = address.split("//")[1]
    connection = http.client.HTTPSConnection(host, timeout=20, context=context) if context else http.client.HTTPConnection(host, timeout=20)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    connection.request("POST" if body is not None else "GET", path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def stop(process):
    process.terminate()
    process.communicate(timeout=60)


def main():
    tend = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="tend-keys-") as scratch:
        folder, data = serve_test.make(os.path.join(scratch, "shop")), os.path.join(scratch, "data")
        none = run(tend, "serve", folder, "--data", data, "--listen", "127.0.0.1:0")
        w.check(none.returncode == 3 and "there are no keys" in none.stderr, f"without a key serve says {none.stderr}")

        keys = {}
        for name, scope in (("shop", "ingest"), ("ops", "operate,read"), ("boss", "admin")):
            made = run(tend, "keys", "add", name, "--scope", scope, "--data", data)
            w.check(made.returncode == 0 and made.stdout.startswith("tend_"), f"keys add says {made.stderr}")
            keys[name] = made.stdout.strip()
        file = os.path.join(data, "keys.json")
        w.check(stat.S_IMODE(os.stat(file).st_mode) == 0o600, "others may read the keys")
        with open(file, encoding="utf-8") as content:
            text = content.read()
        w.check(not any(key[18:] in text for key in keys.values()), "a secret stands in the file")
        for words in (("shop", "--scope", "ingest"), ("x", "--scope", "all"), ("x",), ("x", "--scope", "ingest", "--where", "city = a"), ("x", "--scope", "read", "--where", "city"),
                      ("x", "--scope", "read", "--where", " "), ("x", "--scope", "read", "--rate", "0")):
            w.check(run(tend, "keys", "add", *words, "--data", data).returncode == 3, f"keys add {words} is taken")
        listed = run(tend, "keys", "list", "--data", data).stdout
        w.check("shop  ingest" in listed and "ops  operate,read" in listed and keys["shop"] not in listed, f"keys list says {listed}")

        server, address = start(tend, folder, data)
        order = {"userId": "c1", "event": "order"}
        w.check(call(address, "/v1/track", order, keys["shop"])[0] == 200, "a key with ingest is refused")
        w.check(call(address, "/v1/track", order)[0] == 401, "nobody is let in")
        w.check(call(address, "/v1/figures", key=keys["shop"])[0] == 403, "ingest reads")
        paused = run(tend, "pause", "playbook:thanks", "--workspace", folder, "--data", data, env={"TEND_KEY": keys["ops"]})
        w.check(paused.returncode == 0, f"pause with TEND_KEY says {paused.stderr}")
        key_file = os.path.join(scratch, "key")
        with open(key_file, "w", encoding="utf-8") as out:
            out.write(keys["ops"] + "\n")
        resumed = run(tend, "resume", "playbook:thanks", "--workspace", folder, "--data", data, "--key-file", key_file)
        w.check(resumed.returncode == 0, f"resume with --key-file says {resumed.stderr}")
        w.check(run(tend, "pause", "everything", "--workspace", folder, "--data", data).returncode == 1, "pause without a key is let in")
        w.check(run(tend, "keys", "remove", "shop", "--data", data).returncode == 0, "a key cannot be removed")
        for _ in range(50):
            if call(address, "/v1/track", order, keys["shop"])[0] == 401:
                break
            time.sleep(0.1)
        else:
            w.check(False, "a removed key goes on")
        added = run(tend, "keys", "add", "shop", "--scope", "ingest", "--data", data).stdout.strip()
        for _ in range(50):
            if call(address, "/v1/track", order, added)[0] == 200:
                break
            time.sleep(0.1)
        else:
            w.check(False, "a new key is not known")
        audit = run(tend, "audit", "--data", data).stdout
        for part in ("shell  keys add shop", "200  ops  POST /v1/pause playbook:thanks", "403  shop  GET /v1/figures", "401  nobody known  POST /v1/pause", "keys remove shop"):
            w.check(part in audit, f"`{part}` is not in the audit log: {audit}")
        stop(server)

        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                               "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"], cwd=scratch, capture_output=True, text=True)
        w.check(made.returncode == 0, f"openssl: {made.stderr}")
        cert, key = os.path.join(scratch, "cert.pem"), os.path.join(scratch, "key.pem")
        server, address = start(tend, folder, data, "--tls-cert", cert, "--tls-key", key)
        w.check(address.startswith("https://"), f"with TLS it listens on {address}")
        context = ssl.create_default_context(cafile=cert)
        w.check(call(address, "/v1/track", order, added, context)[0] == 200, "nothing is taken over TLS")
        paused = run(tend, "pause", "playbook:thanks", "--workspace", folder, "--data", data, env={"TEND_KEY": keys["ops"]})
        w.check(paused.returncode == 0, f"pause over TLS says {paused.stderr}")
        try:
            plain = call("http://" + address.split("//")[1], "/healthz")
            w.check(False, f"it answers without TLS: {plain}")
        except (OSError, http.client.HTTPException):
            pass
        stop(server)
        bad = run(tend, "serve", folder, "--data", data, "--listen", "127.0.0.1:0", "--tls-cert", key, "--tls-key", cert)
        w.check(bad.returncode != 0 and "cannot be used" in bad.stderr, f"a wrong certificate: {bad.stderr}")
        print("keys, scopes, the audit log and TLS hold")


if __name__ == "__main__":
    main()
