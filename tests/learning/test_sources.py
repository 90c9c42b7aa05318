"""What a platform is learned from: folders, files, addresses, recorded traffic; what is none."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.commands import main
from conformance.contract import OPERATIONS
from fixtures.exchange import openapi
from fixtures.exchange.openapi import OpenApiError
from fixtures.learning import binder, sources, surface

TEAM = {
    "type": "object",
    "properties": {"org_guid": {"type": "string"}, "title": {"type": "string"}},
    "required": ["org_guid", "title"],
}
BODY = {"content": {"application/json": {"schema": TEAM}}}
FILE: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "OFM", "version": "1"},
    "paths": {"/ofm/group/create": {"post": {"requestBody": BODY, "responses": {"200": BODY}}}},
}


def test_files_are_found_by_name_by_folder_and_by_what_they_list(tmp_path: Path) -> None:
    (tmp_path / "usm").mkdir()
    (tmp_path / "usm" / "openapi.yaml").write_text(yaml.dump({"paths": {"/session/create": {}}}))
    (tmp_path / "v2-crm.json").write_text(json.dumps({"paths": {"/customer/create": {}}}))
    (tmp_path / "all.yml").write_text(yaml.dump(FILE))
    found = sources.gathered([str(tmp_path)])
    assert found.descriptions.keys() == {"usm", "crm", "ofm"}
    assert found.left_out == []


def test_a_har_file_tells_names_and_places(tmp_path: Path) -> None:
    sent = {"org_guid": "o1", "display_name": "x"}
    shown = {"success": True, "data": {"group": {"guid": "g1", "display_name": "x"}}}
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps({"log": {"entries": [_entry("/ofm/teams/create", sent, shown)]}}))
    found = sources.gathered([], har=[path])
    learned = {each.operation.id: each for each in _learned(found)}
    team = learned["ofm.team.create"]
    assert team.path == "/ofm/teams/create"
    assert (team.body.template or {})["display_name"] == "$caption"
    assert team.answer.places["caption"] == "/data/group/display_name"


def test_a_collection_of_postman_tells_the_same(tmp_path: Path) -> None:
    request = {
        "method": "POST",
        "url": {"raw": "{{base_url}}/ofm/teams/create"},
        "body": {"mode": "raw", "raw": json.dumps({"org_guid": "o1", "display_name": "x"})},
    }
    path = tmp_path / "collection.json"
    path.write_text(json.dumps({"item": [{"item": [{"request": request}]}]}))
    learned = {each.operation.id: each for each in _learned(sources.gathered([], (), [path]))}
    assert (learned["ofm.team.create"].body.template or {})["display_name"] == "$caption"


def test_a_har_file_without_bodies_is_told_and_paths_are_learned(tmp_path: Path) -> None:
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps({"log": {"entries": [_entry("/ofm/teams/create", None, None)]}}))
    found = sources.gathered([], har=[path])
    assert "no bodies in it" in found.remarks[0]
    assert {each.path for each in _learned(found)} >= {"/ofm/teams/create"}


def test_refused_exchanges_teach_nothing(tmp_path: Path) -> None:
    entry = _entry("/ofm/teams/create", {"odd": 1}, {"success": False})
    entry["response"]["status"] = 400
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps({"log": {"entries": [entry]}}))
    found = sources.gathered([], har=[path])
    assert "holds no accepted request" in found.left_out[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1, 2", "is not YAML"),
        ("swagger: '2.0'\npaths: {}", "is Swagger 2.0: OpenAPI 3.0 or 3.1 is read"),
        ("openapi: 3.1.0", "lists no paths"),
        ("paths: {/elsewhere/x: {get: {}}}", "is of no service that the suite knows"),
        ("a: " + "[" * 30_000 + "]" * 30_000, "nested beyond reason"),
            ("- " * 30_000 + "x", "nested beyond reason"),
        ("\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
                   + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]),
         "repeats its parts beyond reason"),
        ("x: '" + "y" * 20_000_001 + "'", "is larger than 20 MB"),
    ],
    ids=["broken", "swagger", "no-paths", "other-service", "deep", "deep-blocks", "bomb", "large"],
)  # fmt: skip
def test_bad_input_is_one_line_and_the_rest_is_learned(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    (tmp_path / "ofm.yaml").write_text(yaml.dump(FILE))
    found = sources.gathered([str(tmp_path)])
    assert found.descriptions.keys() == {"ofm"}
    (line,) = found.left_out
    assert told in line
    assert "bad.yaml" in line
    assert "\n" not in line


def test_a_date_that_is_none_stays_a_text() -> None:
    found = openapi.parsed("paths: {/ofm/x: {get: {x-since: 2030-02-31}}}", "ofm", "x.yaml")
    assert found.operations["GET", "/ofm/x"]["x-since"] == "2030-02-31"


def test_references_in_circles_and_to_nowhere_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    circle = {"allOf": [{"$ref": "#/components/schemas/A"}] * 3, "properties": {"inner": {}}}
    circle["properties"] = {"inner": {"$ref": "#/components/schemas/A"}}
    dead = {"$ref": "#/components/schemas/Nothing"}
    body = {
        "type": "object",
        "properties": {"deep": {"$ref": "#/components/schemas/A"}, "no": dead},
    }
    content = {"content": {"application/json": {"schema": body}}}
    file = {
        "paths": {"/ofm/team/create": {"post": {"requestBody": content}}},
        "components": {"schemas": {"A": circle}},
    }
    (tmp_path / "ofm.yaml").write_text(yaml.dump(file))
    found = sources.gathered([str(tmp_path)])
    assert "1 references lead nowhere" in found.remarks[0]
    assert "/requestBody/content/" in found.remarks[0]
    read = surface.request(found.descriptions["ofm"], "POST", "/ofm/team/create")
    assert {"deep", "no"} <= read.members.keys()
    assert read.at(("deep", "inner", "inner")) is not None


def test_an_address_that_nobody_answers_at_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    write = str(tmp_path / "b.toml")
    assert main(["learn", "--openapi", f"http://127.0.0.1:{port}", "--write", write]) != 0
    said = capsys.readouterr()
    assert "cannot be asked" in said.out + said.err
    assert not (tmp_path / "b.toml").exists()


def test_a_description_must_list_paths() -> None:
    with pytest.raises(OpenApiError, match=r"x\.yaml: #/paths lists no paths"):
        openapi.parsed("openapi: 3.1.0", "ofm", "x.yaml")


def _learned(found: sources.Sources) -> list[binder.Learned]:
    return binder.learned(found.descriptions, found.origins)


def _entry(path: str, sent: Any, shown: Any) -> dict[str, Any]:
    posted = {"postData": {"mimeType": "application/json", "text": json.dumps(sent)}}
    return {
        "request": {
            "method": OPERATIONS["ofm.team.create"].method,
            "url": f"https://sandbox.example.com{path}",
            **(posted if sent is not None else {}),
        },
        "response": {
            "status": 200,
            "content": {} if shown is None else {"text": json.dumps(shown)},
        },
    }


def test_a_version_that_is_not_known_is_told_and_read_all_the_same(tmp_path: Path) -> None:
    route = "/crm/customer/get: {post: {responses: {200: {description: ok}}}}"
    (tmp_path / "crm.yaml").write_text(f"openapi: 4.0.0\npaths: {{{route}}}\n", encoding="utf-8")
    found = sources.gathered([str(tmp_path / "crm.yaml")])
    assert ("POST", "/crm/customer/get") in found.descriptions["crm"].routes
    assert found.remarks == [
        f"{tmp_path / 'crm.yaml'}: #/openapi is 4.0.0: read as 3.1 as far as it goes"
    ]


@pytest.mark.parametrize("name", ["missing.yaml", "folder", "/dev/zero", "http://127.0.0.1:9/x"])
def test_another_file_that_cannot_be_read_is_told_with_its_pointer(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    body = f"{{content: {{application/json: {{schema: {{$ref: '{name}#/X'}}}}}}}}"
    route = f"/crm/customer/get: {{post: {{requestBody: {body}}}}}"
    (tmp_path / "crm.yaml").write_text(f"openapi: 3.1.0\npaths: {{{route}}}\n", encoding="utf-8")
    found = sources.gathered([str(tmp_path / "crm.yaml")])
    assert "requestBody/content/application~1json/schema first" in found.remarks[0]
