"""Draws (§10): what chance decides about a customer, as a function of names alone."""
MASK = (1 << 64) - 1


def fnv(data):
    """FNV-1a over bytes, 64 bits."""
    h = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return h


def fmix(h):
    h ^= h >> 33
    h = (h * 0xFF51AFD7ED558CCD) & MASK
    h ^= h >> 33
    h = (h * 0xC4CEB9FE1A85EC53) & MASK
    return h ^ (h >> 33)


def mixed(*parts):
    """The 64 bits of the parts, joined by 0x1F."""
    return fmix(fnv("\x1f".join(parts).encode()))


def draw(*parts):
    return mixed(*parts) % 10_000


def hundredths(percent):
    """`100 * percent` of a text such as "12.5": shares have at most two decimals."""
    whole, _, part = str(percent).partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def held_out(percent, playbook, customer):
    """Held out of `playbook`, or of everything where it is ""."""
    return percent is not None and draw("holdout", playbook, customer) < hundredths(percent)


def split(playbook, shares, labels, customer):
    """The number of the arm: the first whose running sum is above the draw."""
    drawn, sum_so_far = draw("split", playbook, "\x1e".join(labels), customer), 0
    for number, share in enumerate(shares):
        sum_so_far += hundredths(share)
        if drawn < sum_so_far:
            return number
    raise AssertionError("the shares do not sum to 100 %")


def rejected(percent, customer, message, channel):
    """The rule by which the channels of a run with faults refuse: faults.json has the percentage."""
    return mixed("reject", customer, message, channel) % 100 < percent
