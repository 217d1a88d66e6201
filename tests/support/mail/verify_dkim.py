#!/usr/bin/env python3
"""Verifies the DKIM signature of a mail by dkimpy: verify_dkim.py MAIL PUBLIC_KEY_PEM. Says `fine`, `wrong`, or nothing where dkimpy is not installed."""
import subprocess
import sys

try:
    import dkim
except ImportError:
    sys.exit(77)

pem = open(sys.argv[2], encoding="ascii").read()
key = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
mail = open(sys.argv[1], "rb").read()
if b"\r\n" not in mail:  # a mailbox on disk has the machine's line ends
    mail = mail.replace(b"\n", b"\r\n")
record = f"v=DKIM1; k=rsa; p={key}".encode()
print("fine" if dkim.verify(mail, dnsfunc=lambda name, timeout=5: record if name == b"s1._domainkey.example.test." else None) else "wrong")
