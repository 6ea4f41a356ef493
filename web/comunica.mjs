// SPDX-License-Identifier: Apache-2.0
// Asks an endpoint as an independent client would. On standard input {"endpoint": URL, "queries": [TEXT]}, on standard
// output one line a query: its answer in the JSON of SPARQL results. Comunica finds out by itself what the URL is.
// Comunica 5 needs a newer Node than Debian has; with Comunica 4, sparqljson-parse 3 loses the tags of languages, so
// package.json holds it at 2.2.
import { readFileSync } from "node:fs";
import { QueryEngine } from "@comunica/query-sparql";

const asked = JSON.parse(readFileSync(0, "utf-8"));
const engine = new QueryEngine();
for (const query of asked.queries) {
  const result = await engine.query(query, { sources: [asked.endpoint] });
  const { data } = await engine.resultToString(result, "application/sparql-results+json");
  const parts = [];
  for await (const part of data) parts.push(part);
  const { head, results, boolean } = JSON.parse(parts.join("")); // without what it adds about its own work
  process.stdout.write(`${JSON.stringify({ head, results, boolean })}\n`);
}
