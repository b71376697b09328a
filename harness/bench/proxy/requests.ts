/** Every request of the proxy bench is so long, whatever it asks for; a limiter's script call is. */
export const requestBytes = 256;

/** Bytes of the bulk that a `bulk` request is answered with. */
export const bulkBytes: number = 4 * 1024 * 1024;

/** A Redis command of `requestBytes`; its number of words says whether it asks for a small reply or for a bulk. */
export function requestFor(reply: "small" | "bulk"): Buffer {
  const words = reply === "small" ? ["EVALSHA"] : ["EVALSHA", "bulk"];
  const head = `*${words.length + 1}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
  const rest = requestBytes - head.length - "$000\r\n\r\n".length;
  return Buffer.from(`${head}$${rest}\r\n${"x".repeat(rest)}\r\n`);
}

/** What a small request is answered with. */
export const smallReply: Buffer = Buffer.from(":1\r\n");

/** What a bulk request is answered with. */
export function bulkReply(): Buffer {
  return Buffer.from(`$${bulkBytes}\r\n${"x".repeat(bulkBytes)}\r\n`);
}
