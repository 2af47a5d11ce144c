#!/usr/bin/env node
"use strict";

const fs = require("fs");
const { parse, JsonError } = require("./lib/parser");
const { format, depth } = require("./lib/printer");

const lines = fs.readFileSync(0, "utf8").split("\n").slice(0, -1);
let errors = 0;
let deepest = 0;

for (const line of lines) {
  try {
    const value = parse(line);
    deepest = Math.max(deepest, depth(value));
    console.log(format(value));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    errors += 1;
    console.log(`error at ${error.offset}: ${error.message}`);
  }
}
console.log(`documents ${lines.length - errors}, errors ${errors}, deepest ${deepest}`);
