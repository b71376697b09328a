import { seePings } from "./ask-each.ts";
import type { Fault } from "./fault.ts";
import { noteRun, seeOtherRun } from "./other-run.ts";
import { redisFault } from "./redis-fault.ts";

/** Redis is killed (SIGKILL) and at once started again on the same port, with nothing in it. */
export function redisRestart(): Fault {
  return redisFault({
    name: "redis-restart",
    breaksRedis: true,
    legend: "Redis is killed, and back at once, empty",
    losesState: "all",
    async breakRedis({ url, controls, ways, undo }) {
      const before = await noteRun(url);
      // Only what failed is undone: once it is back, Redis may be kept dead by another fault when this one heals.
      let isBack = false;
      undo.defer(async () => {
        if (!isBack) await controls.start();
      });
      await controls.kill();
      await controls.start();
      isBack = true;
      return { verify: () => seeOtherRun(ways, before), verifyHealed: () => seePings(ways) };
    },
  });
}
