import { defineConfig } from 'vitest/config'

// These need a Docker engine, so they run only when they are asked for by name: npm run test:containers.
const containers = {
  extends: true as const,
  test: { name: 'containers', include: ['tests/containers/**/*.test.ts'] },
}

export default defineConfig({
  test: {
    // Load the sources as Node does, so that syntax which Node rejects fails here as well.
    experimental: { viteModuleRunner: false },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], isolate: false, testTimeout: 60_000 },
      },
      {
        extends: true,
        test: { name: 'simulation', include: ['tests/simulation/**/*.test.ts'], testTimeout: 300_000 },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: ['tests/support/global-redis.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/support/global-redis.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...(process.argv.includes('containers') ? [containers] : []),
    ],
  },
})
