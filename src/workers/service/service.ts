/**
 * The service worker: gives the shell without a network. A new build is fetched while the one before is in use, and
 * is what opens at the next load; nobody is asked, and no tab is disturbed.
 */
import { createShell } from '../shell.ts'
import type { Build } from '../shell.ts'

declare const self: ServiceWorkerGlobalScope

/** Written into the bundle after it is built, by `scripts/vite-shell.ts`. */
const build = JSON.parse('__STARLING_BUILD__') as Build

const shell = createShell({ caches, fetch: (request) => fetch(request), origin: self.location.origin }, build)

self.addEventListener('install', (event) => event.waitUntil(shell.install().then(() => self.skipWaiting())))

self.addEventListener('activate', (event) => event.waitUntil(shell.clean().then(() => self.clients.claim())))

self.addEventListener('fetch', (event) => {
  if (shell.handles(event.request)) event.respondWith(shell.respond(event.request))
})
