import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** What both kinds of stack do with the same orders, once as Node has them and once as we do. */
const program = `
const kinds = {
  async AsyncDisposableStack() {
    const told = [];
    const part = (name) => ({ [Symbol.asyncDispose]: async () => void told.push(name) });
    const stack = new AsyncDisposableStack();
    stack.use(part("a"));
    stack.use({ [Symbol.dispose]: () => void told.push("b") });
    stack.use(null);
    told.push(stack.adopt("c", (name) => told.push(name)));
    const moved = stack.move();
    told.push(stack.disposed, moved.disposed);
    try { stack.defer(() => {}); } catch (error) { told.push(error.name); }
    moved.defer(async () => { throw new Error("first"); });
    moved.defer(async () => told.push("d"));
    moved.defer(() => { throw new Error("earlier"); });
    await stack.disposeAsync();
    await moved[Symbol.asyncDispose]().catch((e) => told.push(e.name, e.error.message, e.suppressed.message));
    await moved.disposeAsync();
    return told;
  },
  async DisposableStack() {
    const told = [];
    const stack = new DisposableStack();
    stack.use({ [Symbol.dispose]: () => void told.push("a") });
    stack.defer(() => { throw new Error("alone"); });
    stack.defer(() => told.push("b"));
    try { stack.move()[Symbol.dispose](); } catch (error) { told.push(error.message); }
    stack.dispose();
    return told;
  },
};
const told = {};
for (const [name, run] of Object.entries(kinds)) told[name] = await run();
console.log(JSON.stringify(told));
`;

async function told(before: string): Promise<unknown> {
  const text = `${before}\n${program}`;
  const args = ["--input-type=module", "--eval", text];
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout);
}

test("our stacks do as Node's do", async () => {
  const ours = `delete globalThis.DisposableStack; delete globalThis.AsyncDisposableStack;
    await import("${new URL("disposable-stacks.ts", import.meta.url).href}");`;
  expect(await told(ours)).toEqual(await told(""));
});

test("Node's own stay where they are", async () => {
  const both = `const before = [DisposableStack, AsyncDisposableStack];
    await import("${new URL("disposable-stacks.ts", import.meta.url).href}");
    if (before[0] !== DisposableStack || before[1] !== AsyncDisposableStack) throw new Error("replaced");`;
  await expect(told(both)).resolves.toBeDefined();
});
