/** Slots of a Redis Cluster; each is in one master's hands. */
export const SLOTS = 16_384;

/**
 * The slot of a key: CRC-16 (XMODEM: polynomial 0x1021, from 0) of the bytes between its first `{` and the next `}`, or
 * of all if there is nothing between, modulo {@link SLOTS}. As the Redis Cluster specification has it.
 */
export function slotOf(key: string): number {
  const open = key.indexOf("{");
  const close = open === -1 ? -1 : key.indexOf("}", open + 1);
  const [from, to] = close > open + 1 ? [open + 1, close] : [0, key.length];
  let crc = 0;
  for (let i = from; i < to; i++) {
    const unit = key.charCodeAt(i);
    if (unit > 0x7f) return bytesCrc(Buffer.from(key.slice(from, to))) % SLOTS;
    crc = next(crc, unit);
  }
  return crc % SLOTS;
}

function bytesCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = next(crc, byte);
  return crc;
}

function next(crc: number, byte: number): number {
  return ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ byte] ?? 0);
}

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});
