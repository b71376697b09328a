import { defineConfig, type ViteUserConfig } from "vitest/config";

/**
 * `unit` is pure and fast. `system` starts real processes (Redis, gateways, engines), one file at a time,
 * so that no test measures its neighbour; such files end in `.system.test.ts`.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          testTimeout: 30_000,
          include: ["{limiter,scenarios,harness,reports}/**/*.test.ts"],
          exclude: ["**/*.system.test.ts", "**/node_modules/**"],
        },
      },
      {
        test: {
          name: "system",
          include: ["{limiter,scenarios,harness,reports}/**/*.system.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: ["harness/system/test-redis.ts"],
        },
      },
    ],
  },
});

export default config;
