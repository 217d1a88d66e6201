"""The table of WeCom's APIs: path below /cgi-bin/ -> (method, function of (platform, parameters, request, app))."""

APIS = {}


class Refused(Exception):
    """errcode, and perhaps an errmsg."""


def api(path, method="POST"):
    def put(function):
        APIS[path] = (method, function)
        return function
    return put


def page(rows, told, most, default):
    """(this page's rows, next_cursor): cursors are opaque to callers; a bad one is 50100, a limit beyond `most` 40058."""
    limit, cursor = told.get("limit", default), told.get("cursor") or "c0"
    if not isinstance(limit, int) or not 1 <= limit <= most:
        raise Refused(40058, f"limit is from 1 to {most}")
    if not cursor[1:].isdigit() or int(cursor[1:]) > len(rows):
        raise Refused(50100)
    start = int(cursor[1:])
    return rows[start:start + limit], f"c{start + limit}" if start + limit < len(rows) else ""


def listed(told, name, most):
    """A list of ids with at most so many."""
    found = told.get(name) or []
    if not isinstance(found, list) or len(found) > most:
        raise Refused(40058, f"{name} takes at most {most}")
    return found
