/** One reply of Redis in RESP2: as text, elements of an array joined with spaces; `null` stands as `(nil)`. */
export interface RedisReply {
  readonly isError: boolean;
  readonly text: string;
  /** Where the next reply begins. */
  readonly end: number;
}

const lineEnd = Buffer.from("\r\n");

/** Reads the reply that begins at `from`; `null` while it is incomplete. Throws on bytes that are no RESP2. */
export function redisReply(bytes: Buffer, from: number): RedisReply | null {
  const newline = bytes.indexOf(lineEnd, from);
  if (newline < 0) return null;
  const line = bytes.toString("utf8", from + 1, newline);
  const end = newline + lineEnd.length;
  const kind = String.fromCharCode(bytes[from] ?? 0);
  if (kind === "+" || kind === ":") return { isError: false, text: line, end };
  if (kind === "-") return { isError: true, text: line, end };
  if (kind !== "$" && kind !== "*") throw new Error(`no reply of Redis begins with ${JSON.stringify(kind)}`);
  const length = Number(line);
  if (!Number.isInteger(length)) throw new Error(`no length: ${JSON.stringify(line)}`);
  if (length < 0) return { isError: false, text: "(nil)", end };
  return kind === "$" ? bulk(bytes, end, length) : array(bytes, end, length);
}

function bulk(bytes: Buffer, from: number, length: number): RedisReply | null {
  const end = from + length + lineEnd.length;
  if (bytes.length < end) return null;
  return { isError: false, text: bytes.toString("utf8", from, from + length), end };
}

function array(bytes: Buffer, from: number, length: number): RedisReply | null {
  const texts: string[] = [];
  let end = from;
  for (let read = 0; read < length; read++) {
    const element = redisReply(bytes, end);
    if (element === null) return null;
    texts.push(element.text);
    end = element.end;
  }
  return { isError: false, text: texts.join(" "), end };
}
