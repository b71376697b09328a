import { refusals } from "./api-error.ts";
import type { FieldValue } from "./json/decode.ts";
import type { Json } from "./json/read-json.ts";
import type { Writable } from "./json/write-json.ts";
import { fieldsOf, parseBody } from "./request-body.ts";
import type { TcpProxy } from "./tcp-proxy.ts";
import type { Direction, GivenAttributes, GivenValue, ToxicEntry } from "./toxic-entry.ts";
import { toxics } from "./toxics/registry.ts";
import type { AttributeType, AttributeTypes, Toxic, Values } from "./toxics/toxic.ts";

const directions: readonly Direction[] = ["upstream", "downstream"];

/** Adds the toxic that `body` describes. Throws an `ApiError`. */
export function addToxic(proxy: TcpProxy, body: string): ToxicEntry {
  const json = parseBody(body);
  const fields = wrapperOf(json);
  const stream = String(fields.stream ?? "downstream");
  const direction = directions.find((known) => known === stream.toLowerCase());
  if (direction === undefined) throw refusals.invalidStream();
  const type = String(fields.type ?? "");
  const name = String(fields.name ?? "") || `${type}_${stream}`;
  const toxic = toxics.get(type);
  if (toxic === undefined) throw refusals.invalidType();
  if (proxy.toxics.some((entry) => entry.name === name)) throw refusals.toxicExists();
  const given = attributesOf(toxic, fields.attributes as Json | undefined, zeros(toxic.attributes));
  const toxicity = typeof fields.toxicity === "number" ? fields.toxicity : 1;
  const values = valuesOf(toxic, given);
  const entry: ToxicEntry = { name, toxic, direction, stream, toxicity, values, given };
  proxy.add(entry);
  return entry;
}

/** Changes the attributes and the toxicity that `body` names. Throws an `ApiError`. */
export function updateToxic(proxy: TcpProxy, name: string, body: string): ToxicEntry {
  const entry = findToxic(proxy, name);
  const json = parseBody(body);
  const type =
    'struct { Attributes interface {} "json:\\"attributes\\""; Toxicity float32 "json:\\"toxicity\\"" }';
  const fields = fieldsOf(json, { type, structure: "", fields: { attributes: "any", toxicity: "float32" } });
  const given = attributesOf(entry.toxic, fields.attributes as Json | undefined, entry.given);
  const values = valuesOf(entry.toxic, given);
  if (typeof fields.toxicity === "number") entry.toxicity = fields.toxicity;
  entry.given = given;
  Object.assign(entry.values, values);
  proxy.changed(entry);
  return entry;
}

/** Throws an `ApiError` if there is none. */
export function findToxic(proxy: TcpProxy, name: string): ToxicEntry {
  const entry = proxy.toxics.find((known) => known.name === name);
  if (entry === undefined) throw refusals.toxicNotFound();
  return entry;
}

/** A toxic as the API shows it. */
export function shownToxic(entry: ToxicEntry): Writable {
  const { given, name, toxic, stream, toxicity } = entry;
  return { attributes: { ...given }, name, type: toxic.type, stream, toxicity };
}

function wrapperOf(json: Json): Readonly<Record<string, FieldValue>> {
  const fields = {
    attributes: "any",
    name: "string",
    type: "string",
    stream: "string",
    toxicity: "float32",
  } as const;
  return fieldsOf(json, { type: "toxics.ToxicWrapper", structure: "ToxicWrapper", fields });
}

/** `before` with the attributes that `json` names. */
function attributesOf(toxic: Toxic, json: Json | undefined, before: GivenAttributes): GivenAttributes {
  if (json === undefined) return before;
  const structure = goName(toxic.type);
  const shape = { type: `toxics.${structure}`, structure, prefix: "attributes.", fields: toxic.attributes };
  return { ...before, ...(fieldsOf(json, shape) as GivenAttributes) };
}

/** What the toxic itself works with. Throws an `ApiError` if it refuses it. */
function valuesOf(toxic: Toxic, given: GivenAttributes): Values<AttributeTypes> {
  const values = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]),
  );
  const fault = "fault" in toxic ? toxic.fault(values) : null;
  if (fault !== null) throw refusals.badBody(fault);
  return values;
}

function zeros(types: AttributeTypes): GivenAttributes {
  const zero = (type: AttributeType): GivenValue => (type === "string" ? "" : type === "[]string" ? [] : 0n);
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, zero(type)]));
}

/** `slow_close` is SlowCloseToxic to Go. */
function goName(type: string): string {
  const words = type.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join("")}Toxic`;
}
