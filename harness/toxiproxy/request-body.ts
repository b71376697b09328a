import { refusals } from "./api-error.ts";
import { decode, type FieldValue, type Shape } from "./json/decode.ts";
import { type Json, JsonError, readJson } from "./json/read-json.ts";

/** The JSON value of a request's body, whatever its content type. Throws an `ApiError`. */
export function parseBody(body: string): Json {
  return refusing(() => readJson(body));
}

/** The fields that `shape` knows. Throws an `ApiError`. */
export function fieldsOf(json: Json, shape: Shape): Readonly<Record<string, FieldValue>> {
  return refusing(() => decode(json, shape));
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof JsonError ? refusals.badBody(error.message) : error;
  }
}
