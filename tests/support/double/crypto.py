"""The platforms' signatures and the encryption of their callbacks. Pure functions; the vectors in test_double.py come from the platforms.

Sources: Aliyun document 2593177 (V3 signature); cloud.tencent.com/document/api/362/4208 (TC3); Twilio "Webhooks security";
developer.work.weixin.qq.com/document/path/91144 (encryption, and how a receiver checks)."""
import base64
import hashlib
import hmac
import urllib.parse

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32   # WeCom pads to 32 bytes, not to AES's 16: a pad may be 17 to 32 (91144)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def hmac256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def same(a, b):
    return hmac.compare_digest(a.encode(), b.encode())


def escape(text):
    """RFC 3986: space is %20, * is %2A, ~ stays (Aliyun 2593177, step 1)."""
    return urllib.parse.quote(text, safe="-_.~")


def acs3(secret, method, path, query, headers, signed, body_hash):
    """ACS3-HMAC-SHA256. `query` is pairs as decoded, `headers` lower-case names, `signed` the list of names in the order given."""
    pairs = "&".join(f"{escape(name)}={escape(value)}" for name, value in sorted(query))
    lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in signed)
    request = "\n".join([method, path or "/", pairs, lines, ";".join(signed), body_hash])
    return hmac256(secret.encode(), "ACS3-HMAC-SHA256\n" + sha256(request.encode())).hex()


def tc3(secret, service, date, timestamp, headers, signed, body):
    """TC3-HMAC-SHA256 of a POST to /; values of headers count in lower case."""
    lines = "".join(f"{name}:{headers.get(name, '').strip().lower()}\n" for name in signed)
    request = "\n".join(["POST", "/", "", lines, ";".join(signed), sha256(body)])
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{date}/{service}/tc3_request\n{sha256(request.encode())}"
    key = hmac256(hmac256(hmac256(("TC3" + secret).encode(), date), service), "tc3_request")
    return hmac256(key, text).hex()


def twilio(token, url, form):
    """X-Twilio-Signature of a form POST."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def wechat(*parts):
    """The SHA-1 of the sorted parts: msg_signature over (token, timestamp, nonce, encrypted), the Official Account's `signature` over the first three."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def aes(key43):
    key = base64.b64decode(key43 + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def pad_of(message, receiveid):
    """How many bytes of padding this message gets."""
    return BLOCK - (20 + len(message.encode()) + len(receiveid.encode())) % BLOCK


def encrypt(key43, receiveid, message, random16):
    """16 random bytes, the length, the message, the receiver; padded to 32 bytes (91144)."""
    data = message.encode()
    text = random16 + len(data).to_bytes(4, "big") + data + receiveid.encode()
    pad = pad_of(message, receiveid)
    run = aes(key43).encryptor()
    return base64.b64encode(run.update(text + bytes([pad]) * pad) + run.finalize()).decode()


def decrypt(key43, encrypted):
    """(message, receiveid, pad)."""
    run = aes(key43).decryptor()
    text = run.update(base64.b64decode(encrypted)) + run.finalize()
    pad = text[-1]
    if not 1 <= pad <= BLOCK or text[-pad:] != bytes([pad]) * pad:
        raise ValueError("the padding is wrong")
    size = int.from_bytes(text[16:20], "big")
    text = text[:-pad]
    return text[20:20 + size].decode(), text[20 + size:].decode(), pad
