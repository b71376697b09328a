import { type Json, JsonError } from "./read-json.ts";

/** What a JSON field may hold, by the names that Go gives the types. */
export type FieldType = "string" | "bool" | "int" | "int64" | "float32" | "[]string" | "any";

/** A decoded field; whole numbers are bigint, so that none loses a digit. */
export type FieldValue = string | boolean | bigint | number | readonly string[] | Json;

/** What a JSON object is decoded into. */
export interface Shape {
  /** As Go would call the type, for error messages. */
  readonly type: string;
  /** As Go would call the struct of a field, for error messages. */
  readonly structure: string;
  /** Before the name of a field, for error messages. @default "" */
  readonly prefix?: string;
  readonly fields: Readonly<Record<string, FieldType>>;
}

/**
 * The fields of `json` that `shape` knows, in any case of letters; the last one of a name counts, and `null` is as absent.
 * Throws a `JsonError` in the words of Go's encoding/json.
 */
export function decode(json: Json, shape: Shape): Readonly<Record<string, FieldValue>> {
  if (json.kind === "null") return {};
  if (json.kind !== "object") {
    throw new JsonError(`json: cannot unmarshal ${json.kind} into Go value of type ${shape.type}`);
  }
  const values: Record<string, FieldValue> = {};
  const names = Object.keys(shape.fields);
  for (const [key, value] of json.entries) {
    const name = names.find((known) => known === key) ?? names.find((known) => isSame(known, key));
    const type = name === undefined ? undefined : shape.fields[name];
    if (name === undefined || type === undefined || value.kind === "null") continue;
    values[name] = fieldOf(value, type, `Go struct field ${shape.structure}.${shape.prefix ?? ""}${name}`);
  }
  return values;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function fieldOf(json: Json, type: FieldType, into: string): FieldValue {
  const refuse = (what: string, wanted: string = type): never => {
    throw new JsonError(`json: cannot unmarshal ${what} into ${into} of type ${wanted}`);
  };
  if (type === "any") return json;
  if (type === "[]string") {
    if (json.kind !== "array") return refuse(json.kind);
    return json.items.map((item) => (item.kind === "string" ? item.value : refuse(item.kind, "string")));
  }
  if (json.kind === "string" && type === "string") return json.value;
  if (json.kind === "bool" && type === "bool") return json.value;
  if (json.kind !== "number" || type === "string" || type === "bool") return refuse(json.kind);
  return type === "float32" ? float32(json.literal, refuse) : integer(json.literal, refuse);
}

function integer(literal: string, refuse: (what: string) => never): bigint {
  if (!/^-?\d{1,20}$/.test(literal)) return refuse(`number ${literal}`);
  const value = BigInt(literal);
  return value === BigInt.asIntN(64, value) ? value : refuse(`number ${literal}`);
}

function float32(literal: string, refuse: (what: string) => never): number {
  const value = Math.fround(Number(literal));
  return Number.isFinite(value) ? value : refuse(`number ${literal}`);
}
