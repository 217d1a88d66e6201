"""What docs/openapi.json says, as openapi_test.py asks it: the file by itself, one call's answer against it, and the paths of the server's sources."""
import json
import os
import re

import jsonschema

import workspace as w

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FILE = os.path.join(ROOT, "docs", "openapi.json")
META = os.path.join(ROOT, "tests", "support", "openapi-3.1.schema.json")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
OF_PLATFORM = {"$ref": "#/components/schemas/OfPlatform"}
TOLD = ("Retry-After", "Allow", "Location", "WWW-Authenticate")  # headers that the file must know where they come


def once(pairs):
    w.check(len(dict(pairs)) == len(pairs), f"a key comes twice among {[key for key, _ in pairs]}")
    return dict(pairs)


def strict(text):
    """JSON without keys that come twice and without numbers that are none."""
    def no_number(name):
        raise ValueError(f"{name} is no number")
    return json.loads(text, object_pairs_hook=once, parse_constant=no_number)


def objects_in(value, at=()):
    if isinstance(value, dict):
        yield at
        for key, inner in value.items():
            yield from objects_in(inner, at + (key,))
    if isinstance(value, list):
        for i, inner in enumerate(value):
            yield from objects_in(inner, at + (i,))


def at_place(value, at):
    for key in at:
        value = value[key]
    return value


def with_surprise(value, at):
    """A copy that has one thing more in the object at this place, of a sort that stands nowhere."""
    copy = json.loads(json.dumps(value))
    at_place(copy, at)["surprise"] = [{}]
    return copy


class Operation:
    def __init__(self, path, method, item):
        self.path, self.method, self.item, self.id = path, method.upper(), item, item["operationId"]
        scopes = {scope for way in item["security"] for words in way.values() for scope in words}
        w.check(len(scopes) <= 1, f"{self.id} asks for several scopes: {scopes}")
        # Platforms have no key: there it is the scope of who tells what a platform would tell.
        self.by_platform = "platforms" in item["tags"]
        self.scopes, self.scope = scopes, None if self.by_platform else next(iter(scopes), None)
        # HEAD is not in the file; its description says where it is answered.
        self.has_head = self.method == "GET" and not self.by_platform and "links" not in item["tags"]
        self.statuses = set(item["responses"])


class File:
    def __init__(self):
        self.whole = strict(w.read(FILE))
        self.operations = [Operation(path, method, item) for path, methods in self.whole["paths"].items() for method, item in methods.items()]
        self.by_id = {one.id: one for one in self.operations}
        self.validators = {}
        self.met = set()  # operation and status, as the file has it
        self.came = set()  # names of fields in answers

    def at(self, reference):
        found = self.whole
        w.check(reference.startswith("#/"), f"{reference} leads out of the file")
        for part in reference[2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            w.check(isinstance(found, dict) and part in found, f"{reference} leads nowhere")
            found = found[part]
        return found

    def resolved(self, value):
        return self.at(value["$ref"]) if "$ref" in value else value

    def problem(self, schema, value):
        """None, or why this value is not what the schema says."""
        name = json.dumps(schema, sort_keys=True)
        if name not in self.validators:
            self.validators[name] = jsonschema.Draft202012Validator({"components": self.whole["components"], "allOf": [schema]})
        error = jsonschema.exceptions.best_match(self.validators[name].iter_errors(value))
        return error and f"{error.message[:600]} at {'/'.join(str(part) for part in error.absolute_path)}"

    # ---- the file by itself

    def check(self):
        errors = list(jsonschema.Draft202012Validator(json.loads(w.read(META))).iter_errors(self.whole))
        w.check(not errors, f"docs/openapi.json is not OpenAPI 3.1: {[(e.message[:200], list(e.absolute_path)) for e in errors[:3]]}")
        ids = [one.id for one in self.operations]
        w.check(len(ids) == len(set(ids)), f"an operationId comes twice: {sorted(ids)}")
        used, schemas = set(), []

        def walk(value, at):
            if isinstance(value, list):
                for i, inner in enumerate(value):
                    walk(inner, at + (i,))
            if not isinstance(value, dict):
                return
            if "$ref" in value:
                self.at(value["$ref"])
                used.add(value["$ref"])
            if at[-1:] == ("schema",) or at[:2] == ("components", "schemas") and len(at) == 3:
                schemas.append((at, value))
            for key, inner in value.items():
                walk(inner, at + (key,))

        walk(self.whole, ())
        for at, schema in schemas:
            jsonschema.Draft202012Validator.check_schema(schema)
            for example in schema.get("examples", []):
                problem = self.problem(schema, example)
                w.check(problem is None, f"an example of {'/'.join(at)} is none: {problem}")
        for sort, names in self.whole["components"].items():
            for name in names:
                known = f"#/components/{sort}/{name}" in used or sort == "securitySchemes" or name == "MethodNotAllowed"
                w.check(known, f"nothing leads to components/{sort}/{name}")
        tags = {tag["name"] for tag in self.whole["tags"]}
        for one in self.operations:
            inside = {p["name"] for p in one.item.get("parameters", []) if p["in"] == "path"}
            w.check(inside == set(re.findall(r"\{(\w+)\}", one.path)), f"{one.id}: parameters in the path are {inside}")
            w.check(set(one.item["tags"]) <= tags and tags, f"{one.id}: unknown tags {one.item['tags']}")
            schemes = {name for way in one.item["security"] for name in way}
            w.check(schemes <= set(self.whole["components"]["securitySchemes"]), f"{one.id}: unknown schemes {schemes}")
        w.check(self.whole["info"]["version"] in w.read(os.path.join(ROOT, "CHANGELOG.md")).split("\n## ")[1].split("\n")[0], "the file is of another version than the changelog's newest")
        return len(schemas)

    def check_paths(self):
        """The paths that the sources of the server name are those of the file."""
        folder = os.path.join(ROOT, "engine", "serve")
        texts = [w.read(os.path.join(folder, name)) for name in sorted(os.listdir(folder)) if name.endswith((".cpp", ".hpp"))]
        named = {path for text in texts for path in re.findall(r'"(/[A-Za-z0-9_/.-]*)"', text)}
        kinds = re.search(r"enum class LinkKind : char \{([^}]*)\}", w.read(os.path.join(ROOT, "engine", "channel", "links.hpp")))
        named |= {f"/{letter}/" for letter in re.findall(r"= '(\w)'", kinds.group(1))}
        written = {re.sub(r"\{\w+\}$", "", path) for path in self.whole["paths"]}
        w.check(len(named) > 25, f"only {len(named)} paths are found in engine/serve: this would compare nothing")
        w.check(named == written, f"only in the sources: {sorted(named - written)}, only in the file: {sorted(written - named)}")
        scopes = re.findall(r'"(\w+)"', re.search(r"kScopes\[\] = \{([^}]*)\}", w.read(os.path.join(folder, "keys.cpp"))).group(1))
        asked = set().union(*(one.scopes for one in self.operations))
        w.check(asked | {"admin"} == set(scopes), f"the file has scopes {asked}, the server {scopes}")
        return len(named), scopes

    def fields_of_answers(self):
        """The names of all fields that the answers of the file have."""
        names, seen = set(), set()

        def walk(value):
            if isinstance(value, list):
                for inner in value:
                    walk(inner)
            if not isinstance(value, dict):
                return
            if "$ref" in value and value["$ref"] not in seen:
                seen.add(value["$ref"])
                walk(self.at(value["$ref"]))
            names.update(value.get("properties", {}))
            for inner in value.values():
                walk(inner)

        for one in self.operations:
            walk(one.item["responses"])
        return names - {"properties"}

    # ---- a call

    def check_request(self, one, headers, query, body):
        """Something that is to be taken is what the file says."""
        known = {(p["in"], p["name"].lower()): p for p in one.item.get("parameters", [])}
        for where, values in (("query", query), ("header", {k: v for k, v in headers.items() if k.lower().startswith(("ce-", "content-encoding"))})):
            for name, value in values.items():
                parameter = known.get((where, name.lower()))
                w.check(parameter is not None, f"{one.id}: the file knows no {where} `{name}`")
                read = int(value) if parameter["schema"].get("type") == "integer" else value
                problem = self.problem(parameter["schema"], read)
                w.check(problem is None, f"{one.id}: {where} `{name}`: {problem}")
        if one.method == "GET":
            return
        told = one.item.get("requestBody")
        w.check(told is not None, f"{one.id}: the file knows no body")
        content = told["content"].get(headers.get("Content-Type"), told["content"].get("*/*"))
        w.check(content is not None, f"{one.id}: the file knows no body of type {headers.get('Content-Type')}")
        w.check(body is not None or not told["required"], f"{one.id}: the body is missing")
        if body is not None and "schema" in content:
            problem = self.problem(content["schema"], strict(body))
            w.check(problem is None, f"{one.id}: the body is not what the file says: {problem}: {body[:600]}")

    def check_answer(self, who, told, headers, body, schema=None):
        """An answer against a response of the file. `who` for sentences, `schema` where the file leaves open whose answer it is."""
        told = self.resolved(told)
        known = told.get("headers", {})
        for name, header in known.items():
            value = headers.get(name)
            w.check(value is not None or not header.get("required"), f"{who}: no `{name}`")
            problem = value is not None and self.problem(header["schema"], value)
            w.check(not problem, f"{who}: `{name}`: {problem}")
        for name in TOLD:
            w.check(headers.get(name) is None or name in known, f"{who}: the file knows no `{name}: {headers.get(name)}`")
        sort = headers.get("Content-Type")
        content = told.get("content", {}).get(sort, told.get("content", {}).get("*/*"))
        w.check(content is not None, f"{who}: the file knows no answer of type `{sort}`: {body[:300]}")
        if schema is not None:
            w.check(schema in content["schema"]["anyOf"], f"{who}: the file has {content['schema']}, not {schema}")
            content = {"schema": schema}
        if "schema" not in content:
            return
        is_json = sort.split(";")[0] == "application/json"
        try:
            value = strict(body) if is_json else body.decode()
        except ValueError as error:
            w.check(False, f"{who}: {error}: {body[:300]}")
        problem = self.problem(content["schema"], value)
        w.check(problem is None, f"{who}: not what the file says: {problem}: {body[:1500]}")
        of_platform = OF_PLATFORM in content["schema"].get("anyOf", [])
        for at in objects_in(value) if is_json and not of_platform else ():
            self.came.update(at_place(value, at))
            w.check(self.problem(content["schema"], with_surprise(value, at)) is not None, f"{who}: the file would not see something new at `{'/'.join(map(str, at))}` of {body[:600]}")

    def answered(self, one, status, headers, body, schema=None):
        name = str(status) if str(status) in one.statuses else "default"
        w.check(name in one.statuses, f"{one.id}: the file knows no answer {status}: {body[:300]}")
        w.check(headers.get("Cache-Control") == "no-store", f"{one.id}: {status} may be stored")
        self.met.add((one.id, name))
        self.check_answer(f"{one.id}, {status}", one.item["responses"][name], headers, body, schema)
