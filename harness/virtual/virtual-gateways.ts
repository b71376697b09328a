import type { KeyAudit, Visit } from "../history/history.ts";
import type { Source } from "../history/requests.ts";

/** What a gateway is asked in a simulation. */
export interface VirtualQuestion {
  readonly replica: number;
  readonly subject: string;
  /** To whom else the subject belongs, by the names that policies give in `by`. @default to nobody */
  readonly owners?: Readonly<Record<string, string>>;
  readonly cost: number;
}

/** What it says. */
export interface VirtualAnswer {
  readonly status: number;
  readonly source: Source;
  /** Index of the policy that it names as the denying one; `undefined` if it names none. */
  readonly policy?: number | undefined;
  /** Refused for want of a decision. */
  readonly isUnavailable?: boolean;
  readonly fields: Visit["fields"];
}

/** Gateways in simulated time. */
export interface VirtualGateways extends AsyncDisposable {
  /** `answer` is called at once or later, in simulated time. */
  readonly ask: (question: VirtualQuestion, answer: (answer: VirtualAnswer) => void) => void;
  /** What a replica tells of itself. @default it has no metrics */
  readonly metrics?: (replica: number) => Promise<string>;
  /** The keys that they left in Redis. @default they have none */
  readonly audit?: () => Promise<KeyAudit>;
  /** Lets go on what goes on without time passing. @default whatever is asked is answered at once */
  readonly settle?: () => Promise<void>;
}
