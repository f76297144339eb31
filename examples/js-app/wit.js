/** The WIT of the app and of the interface that it imports, in one text: neither tool finds a package in a folder of its own. */

import { readdirSync, readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

const interfaces = readdirSync(new URL("../../wit", import.meta.url)).map((name) => read(`../../wit/${name}`));
const line = /^package (\S+);$/m;
const [, name] = line.exec(interfaces[0]);

export const wit = `${read("wit/app.wit")}\npackage ${name} {\n${interfaces.map((text) => text.replace(line, "")).join("")}}\n`;
