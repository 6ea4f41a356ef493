// SPDX-License-Identifier: Apache-2.0
// Puts the scripts of npm where the server finds them, imnm_kg/serve/static/vendor, with all their licences.
// Run `npm ci` first, then `node build.mjs`; both are done when the wheel is built.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const target = join(here, "..", "imnm_kg", "serve", "static", "vendor");
const files = [
  "cytoscape/dist/cytoscape.min.js",
  "@zazuko/yasgui/build/yasgui.min.js",
  "@zazuko/yasgui/build/yasgui.min.css",
];

rmSync(target, { force: true, recursive: true });
mkdirSync(target, { recursive: true });
for (const file of files) {
  // Without the link to a source map, which is not served and would be asked for in vain.
  const text = readFileSync(join(modules, file), "utf-8").replace(/\n?(?:\/\/|\/\*)# sourceMappingURL=\S+(?: \*\/)?\s*$/, "\n");
  writeFileSync(join(target, file.split("/").at(-1)), text);
}

const lock = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf-8"));
const licences = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  if (!path || entry.dev || !existsSync(join(here, path))) continue;
  const name = readdirSync(join(here, path)).find((file) => /^licen[cs]e/i.test(file));
  const text = name ? readFileSync(join(here, path, name), "utf-8").trim() : `(no licence file; package.json says ${entry.license ?? "nothing"})`;
  licences.push(`${path.replace(/^.*node_modules\//, "")} ${entry.version} (${entry.license ?? "see below"})\n\n${text}`);
}
writeFileSync(join(target, "LICENSES.txt"), `${licences.join(`\n\n${"-".repeat(79)}\n\n`)}\n`);
