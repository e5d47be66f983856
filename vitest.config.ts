import { defineConfig } from 'vitest/config'

const E2E = 'test/e2e/**/*.test.ts'
/** They watch how players and the machine get on: nothing else may run meanwhile. */
const ALONE = [
  'test/e2e/download-queue.test.ts',
  'test/e2e/play-matrix*.test.ts',
  'test/e2e/seek-in-vlc.test.ts',
  'test/e2e/telegram-playback.test.ts',
]
/** Long runs with a command of their own (`npm run test:crash`). */
const CRASH = 'test/crash/**/*.test.ts'

/** They start servers, browsers and players. */
const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000 }

export default defineConfig({
  test: {
    // They wait for programs and sockets as often as for a processor.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
          exclude: ['**/node_modules/**', E2E, CRASH],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'e2e', include: [E2E], exclude: ALONE, ...PATIENT } },
      { test: { name: 'e2e-alone', include: ALONE, ...PATIENT, fileParallelism: false } },
      {
        test: { name: 'crash', include: [CRASH], testTimeout: 3_600_000, hookTimeout: 120_000, fileParallelism: false },
      },
    ],
  },
})
