/**
 * How `struct` packs the header: newest stamp, total, number of entries; oldest live stamp, total before it, its slot;
 * clock offset, until when the key lives by Redis's clock, number of slots. What changes most stands first.
 */
export const HEADER = ">I7I4I4I7I4I4I7I7I4";
export const HEADER_BYTES = 48;

/** Where the clock offset begins. */
export const OFFSET_AT = 30;

/** An entry: its stamp, and the total admitted before it. */
export const ENTRY = ">I7I4";
export const ENTRY_BYTES = 11;
