"""A mail server on loopback that takes or refuses by the local part of the address, and the reports that a real one would write later.

    double = SmtpDouble()           # double.port; double.mails: (from, to, bytes) of each that was taken
    dsn(to="bounce+KEY@x", action="failed", status="4.2.2")

Rules, with their sources:
- a session is greeting, EHLO, MAIL, RCPT, DATA, QUIT, RSET, NOOP; lines end in CRLF, a dot alone ends the data (RFC 5321 §3.3, §4.1)
- `full…@` is refused at RCPT with 552 5.2.2, mailbox full (RFC 3463 §3.3); `hard…@` with 550 5.1.1, bad destination mailbox (§3.2)
- `spam…@` is refused after the last dot with 550 5.7.1, delivery not authorized (§3.8)
- a report is `multipart/report; report-type=delivery-status` with the text, the status by message and by recipient, and the headers of the mail (RFC 3464 §2)
"""
import socketserver
import threading

REFUSED_AT_RCPT = {"full": b"552 5.2.2 mailbox full", "hard": b"550 5.1.1 no such user"}
REFUSED_AFTER_DATA = {"spam": b"550 5.7.1 refused"}


def refusal(table, address):
    return next((answer for word, answer in table.items() if address.startswith(word)), None)


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line + b"\r\n")

    def handle(self):
        self.say(b"220 mx.example.test ESMTP")
        sender = recipient = None
        while True:
            line = self.rfile.readline().rstrip(b"\r\n")
            verb = line[:4].upper()
            if not line or verb == b"QUIT":
                return
            if verb in (b"EHLO", b"HELO"):
                self.say(b"250-mx.example.test")
                self.say(b"250 ENHANCEDSTATUSCODES")
            elif verb == b"MAIL":
                sender, recipient = line[line.index(b"<") + 1:line.index(b">")].decode(), None
                self.say(b"250 2.1.0 ok")
            elif verb == b"RCPT":
                to = line[line.index(b"<") + 1:line.index(b">")].decode()
                refused = refusal(REFUSED_AT_RCPT, to)
                with self.server.double.lock:
                    self.server.double.tried.append((sender, to))
                recipient = None if refused else to
                self.say(refused or b"250 2.1.5 ok")
            elif verb == b"DATA" and recipient is None:
                self.say(b"503 5.5.1 no recipient")
            elif verb == b"DATA":
                self.say(b"354 go on")
                data = b""
                while (piece := self.rfile.readline()) not in (b".\r\n", b""):
                    data += piece[1:] if piece.startswith(b".") else piece
                refused = refusal(REFUSED_AFTER_DATA, recipient)
                if not refused:
                    with self.server.double.lock:
                        self.server.double.mails.append((sender, recipient, data))
                self.say(refused or b"250 2.0.0 taken")
            else:
                self.say(b"250 2.0.0 ok")


class SmtpDouble:
    def __init__(self):
        self.lock, self.mails, self.tried = threading.Lock(), [], []
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.server.daemon_threads = True
        self.server.double = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def to(self, address):
        """The envelope senders of the mails that this address has had, in order."""
        with self.lock:
            return [sender for sender, recipient, _ in self.mails if recipient == address]

    def tries(self, address):
        with self.lock:
            return sum(recipient == address for _, recipient in self.tried)


def dsn(to, action="failed", status="5.1.1", recipient="a@b.example.test"):
    """The report on a mail whose envelope came from `to`."""
    return "\r\n".join([
        "Return-Path: <>", f"To: <{to}>", "From: MAILER-DAEMON@mx.example.test", "Subject: Undelivered Mail", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status;', '\tboundary="=_part"', "",
        "--=_part", "Content-Type: text/plain", "", "It did not arrive.", "",
        "--=_part", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.test", "",
        f"Final-Recipient: rfc822; {recipient}", f"Action: {action}", f"Status: {status}", f"Diagnostic-Code: smtp; 4{status[1:].replace('.', '')} {status} as it is", "",
        "--=_part", "Content-Type: text/rfc822-headers", "", "Subject: Hello", "", "--=_part--", ""]).encode()
