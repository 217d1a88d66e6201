"""Texts of any length in shapes that could cost more than their length: `SHAPES[name](n)` has n of something."""


def many(n, piece):
    return "".join(piece(i) for i in range(n))


def in_playbook(steps, before="event order\n"):
    return before + "playbook p {\n  enter on order\n  goal order\n" + steps + "}\n"


# At most a thousand steps stand in one playbook, so long ones come in several.
def playbooks_of(n, steps, before="event order { amount money }\ncustomer { a number }\nmessage m { text \"hi\" }\n"):
    return before + many(n, lambda i: f"playbook p{i} {{\n  enter on order\n  goal order\n{steps}}}\n")


SHAPES = {
    # what is right, and much of it
    "short playbooks": lambda n: playbooks_of(n, "  send m\n  wait 1 day\n"),
    "long playbooks": lambda n: playbooks_of(n // 500, "  send m\n" * 500),
    "deep blocks": lambda n: playbooks_of(n // 50, "if customer.a = 1 {\n" * 50 + "tag \"a\"\n" + "}\n" * 50),
    "else if": lambda n: playbooks_of(n // 50, "if customer.a = 1 { tag \"a\" }" + "\nelse if customer.a = 2 { tag \"b\" }" * 49 + "\n"),
    "waits with arms": lambda n: playbooks_of(n // 20, "wait up to 1 day {\n" + "on order where amount > 5 CNY { tag \"x\" }\n" * 20 + "}\n"),
    "events waited for": lambda n: many(n, lambda i: f"event e{i}\n") + many(
        n // 400, lambda p: "playbook p%d {\n enter on e1\n goal e1\n%s}\n" % (
            p, many(400, lambda i: f"wait up to 1 day {{ on e{(p * 400 + i) % n} {{ tag \"x\" }} else {{ stop }} }}\n"))),
    "chains of and": lambda n: "customer { a number }\n" + many(n // 100, lambda i: f"segment s{i} = " + " and ".join(["customer.a > 1"] * 100) + "\n"),
    "sums": lambda n: "customer { a number }\n" + many(n // 100, lambda i: f"trait t{i} = " + " + ".join(["customer.a"] * 100) + "\n"),
    "windows": lambda n: "event order { amount money }\n" + many(n, lambda i: f"segment s{i} = total(order.amount where amount > {i} CNY) over {i + 1} days > {i} CNY\n"),
    "traits of one trait": lambda n: "customer { a number }\ntrait t = customer.a + 1\n" + many(n, lambda i: f"trait t{i} = t + t\n"),
    "messages": lambda n: "event order\n" + many(n, lambda i: f"message m{i} {{ text \"hello {i}\" }}\nplaybook p{i} {{ enter on order; goal order; send m{i}; send m{i} }}\n"),
    "messages that nobody sends": lambda n: many(n, lambda i: f"event e{i}\nmessage m{i} {{ text \"hello {i}\" }}\n"),
    "holes": lambda n: "customer { name text }\nmessage m { text \"\"\"" + "{{ customer.name default \"x\" }}\n" * n + "\"\"\" }\n",
    "a long text": lambda n: "message m { text \"" + "word " * n + "\" }\n",
    "comments": lambda n: many(n, lambda i: f"event e{i} # a comment\n# another\n"),
    "blanks": lambda n: "event" + " " * n + "e",
    # what is wrong, and much of it
    "unknown attributes": lambda n: "customer {\n" + many(n, lambda i: f"attribute{i} text\n") + "}\n" + many(n, lambda i: f"segment s{i} = customer.attribut{i}x = \"a\"\n"),
    "unknown traits": lambda n: many(n, lambda i: f"trait t{i} = tt{i}\n"),
    "unknown events": lambda n: many(n, lambda i: f"event ev{i}\nsegment s{i} = evv{i} within 1 day\n"),
    "unknown messages": lambda n: many(n, lambda i: f"message m{i} {{ text \"a\" }}\n") + playbooks_of(n // 400, many(400, lambda i: f"send mm{i}\n")),
    "declared twice": lambda n: "trait t = 1\n" * n,
    "traits that double": lambda n: "customer { a number }\ntrait t0 = customer.a\n" + many(n, lambda i: f"trait t{i + 1} = t{i} + t{i}\n"),
    "a chain of traits": lambda n: "customer { a number }\ntrait t0 = customer.a\n" + many(n, lambda i: f"trait t{i + 1} = t{i} + 1\n"),
    "bad characters": lambda n: "segment s = @\n" * n,
    "misspelt words": lambda n: "playbook p {\n" + "  sned care\n" * n + "}\n",
    "words run together": lambda n: "剧本 p {\n" + "  等待3天发送问候\n" * n + "}\n",
    "one run of words": lambda n: "剧本 p {\n" + "进入当沉默60天" * n + "\n}\n",
    "unclosed blocks": lambda n: "playbook p { if a {\n" * n,
    "unclosed texts": lambda n: "trait a = \"b\n" * n,
    "unclosed holes": lambda n: "message m { text \"" + "{{ a " * n + "\" }\n",
    "an unclosed long text": lambda n: "message m { body \"\"\"" + "a {{ b }}\n" * n,
    "parentheses": lambda n: "segment s = " + "(" * n + "a" + ")" * n + "\n",
    "open parentheses": lambda n: "segment s = " + "(" * n + "\n",
    "open braces": lambda n: "{" * n,
    "closing braces": lambda n: "}" * n,
    "not not": lambda n: "segment s = " + "not " * n + "a\n",
    "minus signs": lambda n: "trait t = " + "-" * n + "1\n",
    "list of list": lambda n: "event e { a " + "list of " * n + "text }\n",
    "a long list": lambda n: "customer { c text }\nsegment s = customer.c in [" + many(n, lambda i: f"\"x{i}\", ") + "\"y\"]\n",
    "a long path": lambda n: "trait t = a" + ".b" * n + "\n",
    "a long name": lambda n: "trait " + "a" * n + " = 1\n",
    "quotes": lambda n: "\"" * n,
    "curly quotes": lambda n: "“" * n,
    "back-quotes": lambda n: "trait a = " + "`" * n,
    "backslashes": lambda n: "message m { text \"" + "\\" * n + "\" }",
    "digits": lambda n: "trait a = " + "1" * n + "\n",
    "words": lambda n: "a " * n,
    "zero-width characters": lambda n: "event " + "a\u200b" * n,
    "direction marks": lambda n: "trait t = \"" + "\u202e" * n + "\"\n",
}
