/**
 * `DisposableStack` and `AsyncDisposableStack` for Node 22, which has `Symbol.dispose` but not them: as much of them as we
 * use, and nothing where they are. The build puts an import of this file before each that names them.
 */
type Release = () => unknown;

class StackOfReleases {
  #releases: Release[] = [];
  disposed = false;

  defer(release: Release): void {
    this.#open().push(release);
  }

  adopt<Value>(value: Value, release: (value: Value) => unknown): Value {
    this.defer(() => release(value));
    return value;
  }

  /** What `move` of the stack of the same kind gives. */
  protected movedTo<Stack extends StackOfReleases>(stack: Stack): Stack {
    stack.#releases = this.#open();
    this.#releases = [];
    this.disposed = true;
    return stack;
  }

  /** The last one first; `null` from the second time on. */
  protected close(): Release[] | null {
    if (this.disposed) return null;
    this.disposed = true;
    return this.#releases.reverse();
  }

  #open(): Release[] {
    if (this.disposed) throw new ReferenceError("The stack has been disposed of already.");
    return this.#releases;
  }
}

class SyncStack extends StackOfReleases {
  use<Value extends Disposable | null | undefined>(value: Value): Value {
    this.defer(() => value?.[Symbol.dispose]());
    return value;
  }

  move(): SyncStack {
    return this.movedTo(new SyncStack());
  }

  dispose(): void {
    const failures = new Failures();
    for (const release of this.close() ?? []) {
      try {
        release();
      } catch (error) {
        failures.add(error);
      }
    }
    failures.rethrow();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

class AsyncStack extends StackOfReleases {
  use<Value extends AsyncDisposable | Disposable | null | undefined>(value: Value): Value {
    this.defer(() => releaseOf(value));
    return value;
  }

  move(): AsyncStack {
    return this.movedTo(new AsyncStack());
  }

  async disposeAsync(): Promise<void> {
    const failures = new Failures();
    for (const release of this.close() ?? []) {
      try {
        await release();
      } catch (error) {
        failures.add(error);
      }
    }
    failures.rethrow();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync();
  }
}

function releaseOf(value: AsyncDisposable | Disposable | null | undefined): unknown {
  if (value === null || value === undefined) return undefined;
  return Symbol.asyncDispose in value ? value[Symbol.asyncDispose]() : value[Symbol.dispose]();
}

/** What went wrong while a stack was released: the first failure suppresses none, each later one those before. */
class Failures {
  #failed: { readonly error: unknown } | null = null;

  add(error: unknown): void {
    this.#failed = { error: this.#failed === null ? error : suppressing(error, this.#failed.error) };
  }

  rethrow(): void {
    if (this.#failed !== null) throw this.#failed.error;
  }
}

function suppressing(error: unknown, suppressed: unknown): Error {
  const both = new Error("Something else failed while this was released.", { cause: error });
  return Object.assign(both, { name: "SuppressedError", error, suppressed });
}

const missing = Object.entries({ DisposableStack: SyncStack, AsyncDisposableStack: AsyncStack }).filter(
  ([name]) => !(name in globalThis),
);
Object.assign(globalThis, Object.fromEntries(missing));
