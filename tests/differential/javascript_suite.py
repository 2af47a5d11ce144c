"""JavaScript on Node."""

from __future__ import annotations

from runward.domain.limits import LimitRequest
from runward.engine import InputFile
from tests.differential.suite import Suite, programs

FILES = {
    "package.json": b'{"type": "module"}',
    "broken.js": b"const a = 1;\nlet b = = 2;\n",
    "parcel/inner.js": b"module.exports = { value: 7, parent: module.parent === require.main };\n",
    "parcel/inner.cjs": b"module.exports = 8;\n",
    "parcel/inner.mjs": b"export const value = 9;\nexport default import.meta.url;\n",
    "parcel/data.json": b'{"found": 1}',
}
NEEDS = {
    "dynamic_import": ["parcel/inner.mjs"],
    "module_by_its_package": ["package.json", "parcel/inner.cjs"],
    "module_that_throws": ["package.json"],
    "module_with_a_missing_import": ["package.json"],
    "module_with_a_syntax_error": ["broken.js"],
    "modules_of_the_box": ["parcel/inner.js", "parcel/data.json"],
    "monkeypatch": ["parcel/data.json"],
}
VARYING = {
    "random": b"console.log(Math.random());",
    "random bytes": b'console.log(require("crypto").randomBytes(16).toString("hex"));',
    "uuid": b"console.log(crypto.randomUUID());",
    "names of temporary files": b'console.log(require("fs").mkdtempSync("/tmp/x"));',
}
COLD: dict[str, dict[str, object]] = {
    "another entry": {"files": (InputFile(path="other.js", content=b"console.log(1)"),), "entry": "other.js"},
    "a variable of the interpreter": {"environment": {"NODE_OPTIONS": "--no-warnings"}},
    "a variable of the language": {"environment": {"LANG": "de_DE.UTF-8"}},
    "a variable of its libraries": {"environment": {"HOME": "/tmp"}},
    "a variable that is no text": {"environment": {"EXTRA": "\udcff"}},
    "another stack": {"limits": LimitRequest(stack_bytes=8 << 20)},
    "another heap": {"limits": LimitRequest(memory_bytes=256 << 20)},
    "fewer processes than wait": {"limits": LimitRequest(processes=24)},
    "a long argument": {"arguments": ("x" * 70_000,)},
}
JAVASCRIPT = Suite(
    language="javascript",
    entry="main.js",
    cases=programs(".js"),
    files=FILES,
    needs=NEEDS,
    varying=VARYING,
    cold=COLD,
    arguments=("first", "zweites ä"),
    environment={"EXTRA": "ö=1", "MORE": "x"},
)
