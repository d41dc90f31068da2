import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumLaunchOptions } from './scripts/chromium.mjs'
import { modelsPlugin } from './scripts/vite-models.ts'

const elsewhere = ['**/node_modules/**', '**/dist/**', 'e2e/**', '.starling/**']

/** What is polled for is there in a moment, and in some seconds beside other work. */
const expect = { poll: { timeout: 10_000 } }

/**
 * Two projects: `node` runs `x.test.ts` in Node, `browser` runs `x.browser.test.ts(x)` in a real Chromium.
 * `npx vitest run --project node src/node/log` runs some of one.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['**/*.test.{ts,mjs}'],
          exclude: [...elsewhere, '**/*.browser.test.*'],
          // some properties take ten seconds, and three times that beside other work
          testTimeout: 60_000,
          expect
        }
      },
      {
        plugins: [react(), modelsPlugin()],
        // found before the first test: a dependency found later reloads the page in the middle of a test
        optimizeDeps: { entries: ['src/**/*.browser.test.{ts,tsx}', 'src/workers/*.ts'] },
        worker: { format: 'es' },
        test: {
          name: 'browser',
          include: ['**/*.browser.test.{ts,tsx}'],
          exclude: elsewhere,
          testTimeout: 30_000,
          expect,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunchOptions() }),
            instances: [{ browser: 'chromium' }]
          }
        }
      }
    ]
  }
})
