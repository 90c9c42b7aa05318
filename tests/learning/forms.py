"""OpenAPI files in other forms that mean the same: each rewrites a document that it is given."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Document = dict[str, Any]
Form = Callable[[Document], Document]

_VERBS: Final = ("get", "post", "put", "patch")
_JSON: Final = "application/json"


def operations(document: Document) -> Iterator[Document]:
    """The operations of all paths."""
    for item in document["paths"].values():
        yield from (item[verb] for verb in _VERBS if verb in item)


def bodies(document: Document) -> Iterator[Document]:
    """The bodies of requests and of successes: objects with `content`."""
    for each in operations(document):
        if "requestBody" in each:
            yield each["requestBody"]
        yield from (r for status, r in each["responses"].items() if status.startswith("2"))


def media(document: Document) -> Iterator[Document]:
    """What these bodies are in JSON."""
    for each in bodies(document):
        yield each["content"][_JSON]


def each_schema(part: Any, change: Callable[[Document], Document]) -> Any:
    """The same with each schema changed, those inside first."""
    if isinstance(part, list):
        return [each_schema(each, change) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: each for key, each in part.items() if key in ("examples", "enum", "default")}
    inside = {key: each_schema(each, change) for key, each in part.items() if key not in kept}
    whole = {**inside, **kept}
    is_schema = {"type", "properties", "allOf", "anyOf", "items"} & whole.keys()
    return change(whole) if is_schema and not _is_named(part) else whole


def _is_named(part: Mapping[str, Any]) -> bool:
    """Whether it holds schemas by name, and is none itself."""
    return all(isinstance(each, dict) for each in part.values()) and not {"items"} & part.keys()


def _in_every_body(document: Document, change: Callable[[Document], Document]) -> Document:
    for each in media(document):
        each["schema"] = each_schema(each["schema"], change)
    return document


def in_parts(document: Document) -> Document:
    """Objects combined of two halves of their members."""

    def split(schema: Document) -> Document:
        members = schema.get("properties")
        if not isinstance(members, dict) or len(members) < 2:
            return schema
        names = list(members)
        halves = (names[::2], names[1::2])
        needed = schema.get("required", [])
        rest = {k: v for k, v in schema.items() if k not in ("properties", "required", "type")}
        parts = [
            {
                "type": "object",
                "properties": {name: members[name] for name in half},
                "required": [name for name in half if name in needed],
            }
            for half in halves
        ]
        return {**rest, "allOf": [*rest.pop("allOf", []), *parts]}

    return _in_every_body(document, split)


def as_alternatives(document: Document) -> Document:
    """Bodies that are one of several, the first of which is meant; another asks for more."""
    for each in media(document):
        other = {
            "type": "object",
            "properties": {"other_way": {"type": "string"}},
            "required": ["other_way"],
        }
        choices = [each["schema"], other] if each["schema"].get("properties") else [each["schema"]]
        each["schema"] = {"oneOf": choices, "discriminator": {"propertyName": "other_way"}}
    return document


def by_reference(document: Document) -> Document:
    """Bodies, answers, parameters and their schemas as components."""
    components: dict[str, Any] = document.setdefault("components", {})

    def moved(kind: str, part: Any) -> Document:
        listed = components.setdefault(kind, {})
        name = f"Part{len(listed)}"
        listed[name] = part
        return {"$ref": f"#/components/{kind}/{name}"}

    for each in media(document):
        each["schema"] = moved("schemas", each["schema"])
    for each in operations(document):
        if "requestBody" in each:
            each["requestBody"] = moved("requestBodies", each["requestBody"])
        for status in [status for status in each["responses"] if status.startswith("2")]:
            each["responses"][status] = moved("responses", each["responses"][status])
        if "parameters" in each:
            each["parameters"] = [moved("parameters", part) for part in each["parameters"]]
    return document


def parameters_of_the_path(document: Document) -> Document:
    """Parameters said once for a path."""
    for item in document["paths"].values():
        verbs = [verb for verb in _VERBS if verb in item]
        if len(verbs) == 1 and "parameters" in item[verbs[0]]:
            item["parameters"] = item[verbs[0]].pop("parameters")
    return document


def of_version_3_0(document: Document) -> Document:
    """`nullable` for lists of types, `enum` for `const`, one example."""

    def older(schema: Document) -> Document:
        made = dict(schema)
        if isinstance(made.get("type"), list):
            kinds = [kind for kind in made["type"] if kind != "null"]
            if len(kinds) != len(made["type"]):
                made["nullable"] = True
            made.pop("type")
            if len(kinds) == 1:
                made["type"] = kinds[0]
            else:
                made["anyOf"] = [{"type": kind} for kind in kinds]
        if "const" in made:
            made["enum"] = [made.pop("const")]
        options = made.get("anyOf")
        if isinstance(options, list) and {"type": "null"} in options:
            left = [each for each in options if each != {"type": "null"}]
            made["nullable"] = True
            made.pop("anyOf")
            made |= left[0] if len(left) == 1 else {"anyOf": left}
        return made

    document["openapi"] = "3.0.3"
    return _in_every_body(document, older)


def other_media(document: Document) -> Document:
    """Media types with a parameter, and those of a vendor."""
    described = document.get("components", {})
    listed = [
        *described.get("requestBodies", {}).values(),
        *described.get("responses", {}).values(),
    ]
    written = [*bodies(document), *(each for each in listed if _JSON in each.get("content", {}))]
    for number, each in enumerate(each for each in written if "content" in each):
        name = ("application/json; charset=utf-8", "application/vnd.stack+json", "*/*")[number % 3]
        each["content"] = {name: each["content"][_JSON]}
    return document


def a_range_of_statuses(document: Document) -> Document:
    """Successes as `2XX`."""
    for each in operations(document):
        for status in [status for status in each["responses"] if status.startswith("2")]:
            each["responses"]["2XX"] = each["responses"].pop(status)
    return document


def by_default(document: Document) -> Document:
    """Successes as what is answered by default."""
    for each in operations(document):
        for status in [status for status in each["responses"] if status.startswith("2")]:
            each["responses"]["default"] = each["responses"].pop(status)
    return document


def with_examples(document: Document) -> Document:
    """An example at each place that may have one, all of the kind that stands there."""

    def shown(schema: Document) -> Document:
        if schema.get("type") == "string" and not {"enum", "pattern", "format"} & schema.keys():
            return {**schema, "example": "CONFORMANCE1", "examples": ["CONFORMANCE1"]}
        return schema

    for each in media(document):
        each["example"] = {}
    return _in_every_body(document, shown)


def below_a_base(document: Document) -> Document:
    """A server with variables and a base path, which the paths carry, too."""
    document["servers"] = [
        {
            "url": "https://{region}.example/api/{version}",
            "variables": {"region": {"default": "eu"}, "version": {"default": "v2"}},
        }
    ]
    return document


def with_the_base_in_paths(document: Document) -> Document:
    """Paths that carry the base path."""
    document["paths"] = {f"/api/v2{path}": item for path, item in document["paths"].items()}
    return document


def without_the_service(document: Document) -> Document:
    """Paths below a server's address that ends with the service."""
    services = {path.split("/")[1] for path in document["paths"]}
    document["servers"] = [{"url": f"https://api.example/{service}"} for service in services]
    document["paths"] = {
        "/" + path.split("/", 2)[2]: item for path, item in document["paths"].items()
    }
    return document


def by_other_headers(document: Document) -> Document:
    """Schemes of security by other names of headers."""
    schemes = document["components"]["securitySchemes"]
    for name, scheme in schemes.items():
        scheme["name"] = f"x-their-{name.replace('_', '-')}"
    return document


def read_only(document: Document) -> Document:
    """Members that only answers have, and such that only requests have, in one schema of both."""
    for each in operations(document):
        body = each.get("requestBody")
        if body is not None:
            schema = body["content"][_JSON]["schema"]
            schema["properties"] |= {
                "row_version": {"type": "integer", "readOnly": True},
                "created_by_tool": {"type": "string", "readOnly": True},
            }
            schema["required"] = [*schema["required"], "row_version", "created_by_tool"]
    return document


def open_objects(document: Document) -> Document:
    """Objects that say that more members are allowed."""

    def opened(schema: Document) -> Document:
        if "properties" in schema and "additionalProperties" not in schema:
            return {**schema, "additionalProperties": {"type": "string"}}
        return schema

    return _in_every_body(document, opened)


def paths_by_reference(document: Document) -> Document:
    """Each path as a component."""
    document["components"]["pathItems"] = {}
    for number, path in enumerate(list(document["paths"])):
        document["components"]["pathItems"][f"Item{number}"] = document["paths"][path]
        document["paths"][path] = {"$ref": f"#/components/pathItems/Item{number}"}
    return document


# Those that change schemas come first, so that several can be put upon one another.
FORMS: Final[dict[str, Form]] = {
    form.__name__: form
    for form in (
        read_only,
        with_examples,
        open_objects,
        of_version_3_0,
        in_parts,
        as_alternatives,
        parameters_of_the_path,
        a_range_of_statuses,
        by_default,
        by_other_headers,
        by_reference,
        other_media,
        below_a_base,
        with_the_base_in_paths,
        without_the_service,
        paths_by_reference,
    )
}


def respelled(document: Document, names: Mapping[str, str]) -> Document:
    """The document with other names of members, wherever these stand."""

    def named(schema: Document) -> Document:
        made = dict(schema)
        if isinstance(members := made.get("properties"), dict):
            made["properties"] = {names.get(name, name): each for name, each in members.items()}
        if isinstance(needed := made.get("required"), list):
            made["required"] = [names.get(name, name) for name in needed]
        return made

    made = _in_every_body(copy.deepcopy(document), named)
    for each in operations(made):
        for part in each.get("parameters", []):
            part["name"] = names.get(part["name"], part["name"])
    return made


def rewritten(document: Document, *names: str) -> Document:
    """The document in these forms, one upon the other; what is given stays as it is."""
    made = copy.deepcopy(document)
    for name in names:
        made = FORMS[name](made)
    return made


def in_files(document: Document) -> dict[str, str]:
    """The document as several files: schemas in one, and in another what these refer to."""
    made = rewritten(document, "by_reference")
    components = made["components"]
    schemas = components.pop("schemas")
    parts = {name: each for name, each in schemas.items() if name.startswith("Part")}
    common = {name: each for name, each in schemas.items() if name not in parts}
    text = json.dumps(parts).replace("#/components/schemas/", "../common.yaml#/")
    main = json.dumps(made).replace("#/components/schemas/Part", "schemas/parts.json#/Part")
    main = main.replace("#/components/schemas/", "common.yaml#/")
    shared = json.dumps(common).replace("#/components/schemas/", "#/")
    return {"": main, "schemas/parts.json": text, "common.yaml": shared}
