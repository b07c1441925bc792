import { defineConfig } from 'vitest/config';

/** The tests on a real node, in the node's network; `npm run e2e` starts it. One installation at a time. */
export default defineConfig({
  test: {
    include: ['test/node/**/*.test.ts'],
    globalSetup: ['test/node/support/global-setup.ts'],
    reporters: [['default', { summary: false }]],
    fileParallelism: false,
    // Figures are for people to read.
    disableConsoleIntercept: true,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
