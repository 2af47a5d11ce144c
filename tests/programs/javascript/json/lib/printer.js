"use strict";

const { Raw } = require("./parser");

const NAMED = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t" };
const quoted = (text) =>
  `"${text.replace(/["\\\u0000-\u001f]/g, (one) => NAMED[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;

function format(value, indent = "") {
  if (value instanceof Raw) return value.text;
  if (typeof value === "string") return quoted(value);
  const inner = indent + "  ";
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Array.isArray(value)
    ? value.map((item) => inner + format(item, inner))
    : [...value.keys()].sort().map((key) => `${inner}${quoted(key)}: ${format(value.get(key), inner)}`);
  return items.length ? `${open}\n${items.join(",\n")}\n${indent}${close}` : open + close;
}

function depth(value) {
  if (value instanceof Raw || typeof value === "string") return 0;
  return 1 + Math.max(0, ...[...value.values()].map(depth));
}

module.exports = { format, depth };
