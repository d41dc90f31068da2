import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { leanPlugin } from './scripts/vite-lean.ts'
import { modelsPlugin } from './scripts/vite-models.ts'
import { shellPlugin } from './scripts/vite-shell.ts'

/** The page, its workers and its service worker, to `dist/app`. */
export default defineConfig({
  plugins: [react(), modelsPlugin(), shellPlugin()],
  build: {
    target: 'es2023',
    outDir: 'dist/app',
    manifest: true,
    sourcemap: true,
    // the content security policy allows no `data:` scripts, styles or fonts
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', service: 'src/workers/service/service.ts' },
      output: { entryFileNames: ({ name }) => (name === 'service' ? 'service.js' : 'assets/[name]-[hash].js') }
    }
  },
  worker: { format: 'es', plugins: () => [leanPlugin()] }
})
