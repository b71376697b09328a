import { afterEach, beforeEach, expect } from "vitest";

/** For tests: none of this file may leave a rejection that nobody handled. */
export function expectNoLostRejections(): void {
  const rejections: unknown[] = [];
  const noteRejection = (reason: unknown) => void rejections.push(reason);
  beforeEach(() => {
    rejections.length = 0;
    process.on("unhandledRejection", noteRejection);
  });
  afterEach(() => {
    process.off("unhandledRejection", noteRejection);
    expect(rejections).toEqual([]);
  });
}
