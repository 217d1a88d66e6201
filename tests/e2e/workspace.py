"""What the end-to-end tests share: a workspace over orders, and running the built binary in it."""
import json
import os
import subprocess
import sys

CDNOW = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data", "cdnow", "orders.csv")

PLAYBOOK = """event order { amount money; quantity number }
activity is order
policy { timezone "UTC" }
playbook win_back {
  enter when inactive for 60 days
  again after 180 days
  goal order within 30 days
  send care
  wait 7 days
  send offer
}
message care { text "It has been a while!" }
message offer { text "10 USD off." }
"""

PLAYBOOK_ZH = """事件 order { amount 金额；quantity 数字 }
活跃指 order
规则 { 时区 “UTC” }
剧本 win_back {
  进入 当 沉默 满60天
  重复进入 间隔180天
  目标 order 30天内
  发送 care
  等待 7天
  发送 offer
}
消息 care { 正文 “It has been a while!” }
消息 offer { 正文 “10 USD off.” }
"""

TOML = """[sources.orders]
file = "{orders}"
event = "order"
customer = "customer_id"
at = "ordered_at"
fields = {{ amount = {{ column = "amount", currency = "USD" }}{quantity} }}

[channels.outbox]
adapter = "file"
path = "outbox.jsonl"
"""


def make(folder, orders, playbook=PLAYBOOK, quantity=True):
    os.makedirs(folder)
    with open(os.path.join(folder, "winback.tend"), "w", encoding="utf-8") as file:
        file.write(playbook)
    with open(os.path.join(folder, "tend.toml"), "w", encoding="utf-8") as file:
        file.write(TOML.format(orders=os.path.abspath(orders), quantity=', quantity = "quantity"' if quantity else ""))
    return folder


def run(tend, *words, cwd=None, expect=0):
    done = subprocess.run([tend, *words], cwd=cwd, capture_output=True, text=True, timeout=300)
    check(expect is None or done.returncode == expect, f"{' '.join(words)} ended with {done.returncode}, not {expect}: {done.stderr}{done.stdout[:2000]}")
    return done


def check(truth, sentence):
    if not truth:
        print("failed: " + sentence)
        sys.exit(1)


def keys(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line)["key"] for line in file]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()
