import type { BucketKey } from "../bucket-key.ts";
import { bucketRule } from "../bucket-rule.ts";
import { fixedWindowRule } from "../fixed-window-rule.ts";
import { LocalFallback } from "../local-fallback.ts";
import type { OutageRule } from "../outage-rule.ts";
import { shareOf } from "../shares.ts";
import type { WindowKey } from "../window-key.ts";
import { EQUAL_GROWTH, type Growth, OBSERVED_GROWTH, windowRule } from "../window-rule.ts";
import { type CutKind, type Incident, WINDOW_US } from "./incident.ts";
import type { Subject } from "./run-incident.ts";
import { ours } from "./subjects.ts";

/** A rule with one mistake, and stories that convict it. */
export interface WrongRule {
  readonly name: string;
  readonly kind: CutKind;
  readonly algorithm: "sliding-log" | "fixed-window" | "gcra";
  /** `excess`: more was admitted than the bound; `denials`: Redis denied what had room. */
  readonly convictedBy: "excess" | "denials";
  readonly seeds: readonly number[];
  readonly subject: (story: Incident) => Subject;
}

type LogRule = OutageRule<WindowKey>;

interface Mistake {
  readonly growth?: Growth;
  readonly share?: "limit";
  readonly rule?: (rule: LogRule) => LogRule;
  readonly subject?: Partial<Subject>;
}

/** The limiter's own rule for the sliding log, but for `mistake`. */
function mistaken(mistake: Mistake): WrongRule["subject"] {
  const { growth = EQUAL_GROWTH, share, rule: change = (rule) => rule, subject } = mistake;
  return (story) => ({
    ...ours(story, "sliding-log"),
    replica(replicaIndex) {
      const { limit, replicas, minimumShare } = story;
      const own = shareOf(limit, { replicaIndex, replicaCount: replicas, minimumShare });
      const options = { limit, windowUs: WINDOW_US, share: share ?? own, growth, weighsUs: WINDOW_US };
      return new LocalFallback(change(windowRule({ ...options, share: share ? limit : own })), story.maxKeys);
    },
    ...subject,
  });
}

function mistakenBucket(
  change: (rule: OutageRule<BucketKey>) => OutageRule<BucketKey>,
): WrongRule["subject"] {
  return (story) => ({
    ...ours(story, "gcra"),
    replica(replicaIndex) {
      const { limit, burst, replicas: replicaCount, minimumShare, maxKeys } = story;
      const shares = { replicaIndex, replicaCount, minimumShare };
      const share = shareOf(limit, shares);
      const burstShare = shareOf(burst, shares);
      return new LocalFallback(
        change(bucketRule({ limit, burst, windowUs: WINDOW_US, share, burstShare })),
        maxKeys,
      );
    },
  });
}

function mistakenFixedWindow(change: (rule: LogRule) => LogRule): WrongRule["subject"] {
  return (story) => ({
    ...ours(story, "fixed-window"),
    replica(replicaIndex) {
      const { limit, replicas: replicaCount, minimumShare, maxKeys } = story;
      const share = shareOf(limit, { replicaIndex, replicaCount, minimumShare });
      return new LocalFallback(change(fixedWindowRule({ limit, windowUs: WINDOW_US, share })), maxKeys);
    },
  });
}

/** Every replica admits the whole limit alone, and tells nobody. */
export const coldFallback: WrongRule["subject"] = mistaken({
  growth: { capAfterWindows: 0, growAfterWindows: 0 },
  share: "limit",
  subject: { gated: false, restamp: () => Number.NEGATIVE_INFINITY },
});

/** A share of what remained, however old, the share again after a window, no gate. */
export const naiveWarmFallback: WrongRule["subject"] = mistaken({
  growth: { capAfterWindows: 1, growAfterWindows: 1 },
  rule: (rule) => ({
    ...rule,
    lose: (key, outage) => rule.lose(key, { ...outage, answeredUs: outage.startedUs }),
  }),
  subject: { gated: false },
});

/**
 * Tells a Redis that has lost its data twice what had been admitted: every limit still holds, so that only what Redis
 * then denies shows it. To be played in stories in which Redis loses its data.
 */
export const writesBackTwice: WrongRule["subject"] = (story) => {
  const subject = ours(story, "sliding-log");
  return {
    ...subject,
    replica(index) {
      const replica = subject.replica(index);
      const once = replica.everything.bind(replica);
      return Object.assign(replica, {
        *everything(...asked: Parameters<typeof once>) {
          for (const batch of once(...asked)) yield* [batch, batch];
        },
      });
    },
  };
};

const log = { kind: "full", algorithm: "sliding-log", convictedBy: "excess" } as const;

/** Mistakes that look right. */
export const wrongRules: readonly WrongRule[] = [
  {
    ...log,
    name: "observed growth, back at the share after one window",
    seeds: [28, 44, 56],
    subject: mistaken({ growth: { capAfterWindows: 1, growAfterWindows: 1 } }),
  },
  {
    ...log,
    name: "observed growth, back at the share after two windows",
    seeds: [16_291, 19_870],
    subject: mistaken({ growth: { capAfterWindows: 1, growAfterWindows: 2 } }),
  },
  {
    ...log,
    name: "observed growth, held to the bound of equal shares when only some are cut off",
    kind: "partial",
    seeds: [15, 21, 51],
    subject: mistaken({ growth: OBSERVED_GROWTH }),
  },
  {
    ...log,
    name: "cold share: what Redis had admitted does not matter",
    seeds: [1, 4, 6],
    subject: mistaken({ growth: { capAfterWindows: 0, growAfterWindows: 0 } }),
  },
  {
    ...log,
    name: "equal growth, back at the share after nine tenths of a window",
    seeds: [7, 51, 78],
    subject: mistaken({ growth: { capAfterWindows: 0, growAfterWindows: 0.9 } }),
  },
  {
    ...log,
    name: "cold limit: every replica admits all of it",
    seeds: [1, 4, 6],
    subject: mistaken({ growth: { capAfterWindows: 0, growAfterWindows: 0 }, share: "limit" }),
  },
  {
    ...log,
    name: "the share where nothing remained",
    seeds: [1, 4, 6],
    subject: mistaken({
      rule: (rule) => ({
        ...rule,
        lose(key, outage) {
          rule.lose(key, outage);
          if (key.free === 0) key.free = rule.share;
        },
      }),
    }),
  },
  {
    ...log,
    name: "what was known is forgotten after an idle window, although Redis was not there to answer",
    seeds: [796, 2_971],
    subject: mistaken({
      rule: (rule) => ({
        ...rule,
        lose: (key, outage) => rule.lose(key, { ...outage, answeredUs: outage.startedUs }),
      }),
    }),
  },
  { ...log, name: "no gate", seeds: [4, 6, 9], subject: mistaken({ subject: { gated: false } }) },
  {
    ...log,
    name: "nothing is repaired",
    seeds: [4, 6, 9],
    subject: mistaken({ subject: { restamp: () => Number.NEGATIVE_INFINITY } }),
  },
  {
    ...log,
    name: "repairs without stamps: as of the loss",
    seeds: [4, 6, 9],
    subject: mistaken({ subject: { restamp: (_, lostUs) => lostUs } }),
  },
  {
    ...log,
    name: "repairs without stamps: as of now",
    convictedBy: "denials",
    seeds: [1, 2, 3],
    subject: mistaken({ subject: { restamp: (_, __, nowUs) => nowUs } }),
  },
  {
    ...log,
    name: "keys with live debt are evicted",
    seeds: [1, 7, 9],
    subject: mistaken({ rule: (rule) => ({ ...rule, horizonUs: 0, settledUs: 0 }) }),
  },
  {
    ...log,
    name: "fixed-window: an outage right after another gets a fresh share",
    kind: "partial",
    algorithm: "fixed-window",
    seeds: [580, 1_143, 3_413],
    subject: mistakenFixedWindow((rule) => ({
      ...rule,
      lose(key, outage) {
        key.past?.dropUntil(outage.startedUs);
        rule.lose(key, outage);
      },
    })),
  },
  {
    ...log,
    name: "gcra: a full local bucket",
    algorithm: "gcra",
    seeds: [4, 6, 9],
    subject: mistakenBucket((rule) => ({
      ...rule,
      lose(key, outage) {
        key.repliedUs = Number.NEGATIVE_INFINITY;
        rule.lose(key, outage);
      },
    })),
  },
  {
    ...log,
    name: "gcra: Redis leaks for all while the others still leak for themselves",
    algorithm: "gcra",
    seeds: [376, 919, 1_413],
    subject: mistakenBucket((rule) => ({ ...rule, take: (key, nowUs) => rule.take(key, nowUs, nowUs) })),
  },
];
