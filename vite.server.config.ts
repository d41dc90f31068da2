import { defineConfig } from 'vite'

/** What runs in Node, to `dist/server`: `vite build --ssr --config vite.server.config.ts`. */
export default defineConfig({
  publicDir: false,
  build: {
    target: 'node20',
    outDir: 'dist/server',
    ssr: true,
    sourcemap: true,
    rolldownOptions: {
      input: {
        relay: 'relay/main.ts',
        headless: 'headless/main.ts',
        'skill-worker': 'headless/skill-worker.ts'
      },
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' }
    }
  }
})
