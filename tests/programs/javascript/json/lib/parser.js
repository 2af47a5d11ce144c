"use strict";

class JsonError extends Error {
  constructor(offset, message) {
    super(message);
    this.offset = offset;
  }
}

class Raw {
  constructor(text) {
    this.text = text;
  }
}

const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const isDigit = (character) => character >= "0" && character <= "9";

class Parser {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  get next() {
    return this.text[this.at];
  }

  fail() {
    throw new JsonError(this.at, this.at < this.text.length ? `unexpected '${this.next}'` : "unexpected end");
  }

  skipSpace() {
    while (this.next === " " || this.next === "\t") this.at += 1;
  }

  take(character) {
    if (this.next !== character) this.fail();
    this.at += 1;
  }

  whole() {
    const value = this.value();
    if (this.at < this.text.length) this.fail();
    return value;
  }

  value() {
    this.skipSpace();
    const value = this.bare();
    this.skipSpace();
    return value;
  }

  bare() {
    if (this.next === "{") return this.object();
    if (this.next === "[") return this.array();
    if (this.next === '"') return this.string();
    if (this.next === "-" || isDigit(this.next)) return this.number();
    for (const word of ["true", "false", "null"]) {
      if (this.next === word[0]) {
        for (const character of word) this.take(character);
        return new Raw(word);
      }
    }
    return this.fail();
  }

  object() {
    const found = new Map();
    this.list("{", "}", () => {
      this.skipSpace();
      const key = this.string();
      this.skipSpace();
      this.take(":");
      found.set(key, this.value());
    });
    return found;
  }

  array() {
    const found = [];
    this.list("[", "]", () => found.push(this.value()));
    return found;
  }

  list(open, close, item) {
    this.take(open);
    this.skipSpace();
    if (this.next === close) return this.take(close);
    item();
    while (this.next === ",") {
      this.take(",");
      item();
    }
    return this.take(close);
  }

  string() {
    this.take('"');
    let found = "";
    while (this.next !== '"') {
      if (this.at >= this.text.length) this.fail();
      found += this.next === "\\" ? this.escape() : this.text[this.at++];
    }
    this.take('"');
    return found;
  }

  escape() {
    this.take("\\");
    if (this.at >= this.text.length) this.fail();
    if (this.next === "u") {
      const digits = this.text.slice(this.at + 1, this.at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new JsonError(this.at, "bad escape 'u'");
      this.at += 5;
      return String.fromCharCode(parseInt(digits, 16));
    }
    if (!(this.next in ESCAPES)) throw new JsonError(this.at, `bad escape '${this.next}'`);
    return ESCAPES[this.text[this.at++]];
  }

  number() {
    const start = this.at;
    if (this.next === "-") this.at += 1;
    if (this.next === "0") this.at += 1;
    else this.digits();
    if (this.next === ".") {
      this.at += 1;
      this.digits();
    }
    if (this.next === "e" || this.next === "E") {
      this.at += 1;
      if (this.next === "+" || this.next === "-") this.at += 1;
      this.digits();
    }
    return new Raw(this.text.slice(start, this.at));
  }

  digits() {
    if (!isDigit(this.next)) this.fail();
    while (isDigit(this.next)) this.at += 1;
  }
}

exports.JsonError = JsonError;
exports.Raw = Raw;
exports.parse = (text) => new Parser(text).whole();
