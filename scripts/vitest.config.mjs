import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Workspace packages are read from their TypeScript sources, so unit tests need no build but the snippet's text.
const conditions = ['source', 'module', 'node', 'import', 'default']

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    environment: 'node',
    include: ['packages/**/*.test.ts', 'examples/**/*.test.ts', 'scripts/**/*.test.mjs', 'bench/**/*.test.mjs'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: [fileURLToPath(new URL('./lib/buildBeforeTests.mjs', import.meta.url))],
    // Left to itself, a machine of two cores would use one.
    maxWorkers: Number(process.env.UNBLINK_WORKERS) || Math.max(2, cpus().length - 1),
    // A run beside other work on two cores: what matters is that it ends, not when.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
