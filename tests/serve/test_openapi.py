# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI description: whole, true to the queries, and kept by the server for whatever is sent to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from imnm_kg.serve import api
from imnm_kg.serve.site import Site
from tests.serve.loopback import Client, open_site, serving


@pytest.fixture(scope="module")
def site(release: Path) -> Site:
    return open_site(release)


@pytest.fixture(scope="module")
def get(site: Site) -> Iterator[Client]:
    with serving(api.routes(site)) as client:
        yield client


@pytest.fixture(scope="module")
def described(get: Client) -> dict[str, Any]:
    got = get("/openapi.json")
    assert got.headers["content-type"] == "application/json"
    found: dict[str, Any] = json.loads(got.body)
    return found


def test_every_query_is_described(described: dict[str, Any], site: Site) -> None:
    assert described["openapi"] == "3.1.0"
    assert set(described["paths"]) == {"/queries", *(f"/queries/{name}" for name in site.queries)}
    for name, query in site.queries.items():
        operation = described["paths"][f"/queries/{name}"]["get"]
        assert (operation["operationId"], operation["summary"]) == (name, query.title)
        assert [each["name"] for each in operation["parameters"]] == [*(p.name for p in query.parameters), "format"]
        assert {"200", "400", "406", "414", "422", "429", "503"} == set(operation["responses"])


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "$ref":
                    yield value
                else:
                    yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in references(described):
        node: Any = described
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert node


def test_every_example_works(get: Client, described: dict[str, Any]) -> None:
    for path, operations in described["paths"].items():
        if path == "/queries":
            continue
        operation = operations["get"]
        given = {each["name"]: each["example"] for each in operation["parameters"]}
        example = operation["responses"]["200"]["content"]["application/sparql-results+json"]["example"]
        got = get(f"{path}?{urlencode(given)}")
        assert got.status == 200, (path, got.text)
        answer = json.loads(got.body)
        assert answer["head"]["vars"] == example["head"]["vars"]
        for each in operation["parameters"][:-1]:  # each parameter by itself has an answer
            rows = json.loads(get(f"{path}?{urlencode({each['name']: each['example']})}").body)["results"]["bindings"]
            assert rows or each["name"] in ("status", "kind"), (path, each)
        whole = json.loads(get(path).body)["results"]["bindings"]
        assert example["results"]["bindings"][0] in whole


def test_the_patterns_take_what_the_parameters_take(described: dict[str, Any]) -> None:
    import re

    patterns = {
        each["schema"]["pattern"]
        for path in described["paths"].values()
        for each in path["get"]["parameters"]
        if "pattern" in each["schema"]
    }
    for pattern in patterns:
        assert re.search(pattern, "https://w3id.org/imnm-kg/entity/zilucoplan")
        assert re.search(pattern, "entity:zilucoplan")
        for wrong in ("", "a b", "http://e/>", "nowhere:x", '"', "a\nb"):
            assert not re.search(pattern, wrong), (pattern, wrong)


@pytest.mark.slow
def test_the_server_keeps_its_description(get: Client, described: dict[str, Any]) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        negative_data_rejection,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
              negative_data_rejection]  # fmt: skip
    schema = schemathesis.openapi.from_dict({**described, "servers": [{"url": get.base}]})
    schema.config.update(base_url=get.base)
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) == len(described["paths"])
    for operation in operations:
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(
                max_examples=15, deadline=None, derandomize=True, database=None, phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            def sent(case: Any) -> None:
                case.call_and_validate(checks=checks)

            sent()
