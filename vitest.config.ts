import { defineConfig } from 'vitest/config'

// biome-ignore lint/style/noDefaultExport: vitest wants one.
export default defineConfig({ test: { include: ['src/**/*.test.ts', 'test/**/*.test.ts'], testTimeout: 20_000 } })
