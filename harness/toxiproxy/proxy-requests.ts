import { asApiError, refusals } from "./api-error.ts";
import type { FieldValue, Shape } from "./json/decode.ts";
import type { Writable } from "./json/write-json.ts";
import type { Proxies, WantedProxy } from "./proxies.ts";
import { fieldsOf, parseBody } from "./request-body.ts";
import type { TcpProxy } from "./tcp-proxy.ts";
import { shownToxic } from "./toxic-requests.ts";

const shape: Shape = {
  type: "toxiproxy.Proxy",
  structure: "Proxy",
  fields: { name: "string", listen: "string", upstream: "string", enabled: "bool" },
};

/** A proxy as the API shows it; the empty `Logger` is what every version since 2.5 shows. */
export function shownProxy(proxy: TcpProxy): { readonly [name: string]: Writable } {
  const { name, listen, upstream, enabled } = proxy;
  return { name, listen, upstream, enabled, Logger: {}, toxics: proxy.toxics.map(shownToxic) };
}

/** Makes the proxy that `body` describes. Throws an `ApiError` or an `AddressError`. */
export function createProxy(proxies: Proxies, body: string): Promise<TcpProxy> {
  const wanted = wantedProxy(fieldsOf(parseBody(body), shape));
  if (wanted.name === "") throw refusals.missing("name");
  if (wanted.upstream === "") throw refusals.missing("upstream");
  return proxies.create(wanted);
}

/** Changes what `body` names. Throws an `ApiError` or an `AddressError`. */
export function updateProxy(proxies: Proxies, name: string, body: string): Promise<TcpProxy> {
  proxies.get(name);
  const { name: _, ...fields } = fieldsOf(parseBody(body), shape);
  return proxies.update(name, ({ listen, upstream, enabled }) => ({ listen, upstream, enabled, ...fields }));
}

/** How far a request for many proxies came. */
export interface Populated {
  readonly proxies: readonly TcpProxy[];
  /** What stopped it; those before it stay. */
  readonly error: ReturnType<typeof asApiError> | null;
}

/** Makes the proxies that `body` lists, in order, once all of them have been found valid. */
export async function populate(proxies: Proxies, body: string): Promise<Populated> {
  const applied: TcpProxy[] = [];
  try {
    for (const wanted of wantedProxies(body)) applied.push(await proxies.populate(wanted));
    return { proxies: applied, error: null };
  } catch (error) {
    return { proxies: applied, error: asApiError(error) };
  }
}

function wantedProxies(body: string): WantedProxy[] {
  const json = parseBody(body);
  if (json.kind === "null") return [];
  if (json.kind !== "array") {
    throw refusals.badBody(
      `json: cannot unmarshal ${json.kind} into Go value of type []struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }`,
    );
  }
  const all = json.items.map((item) => wantedProxy(fieldsOf(item, { ...shape, structure: "" })));
  for (const [index, { name, upstream }] of all.entries()) {
    if (name === "") throw refusals.missing(`name at proxy ${index + 1}`);
    if (upstream === "") throw refusals.missing(`upstream at proxy ${index + 1}`);
  }
  return all;
}

function wantedProxy(fields: Readonly<Record<string, FieldValue>>): WantedProxy {
  return { name: "", listen: "", upstream: "", enabled: true, ...fields };
}
