/** Has the browser keep the app, so that it opens without a network. */

const AGENT_FIRST_MS = 3000

/**
 * Registers the service worker of a built app. Without one (an old browser, a private window, a certificate that
 * the browser does not trust) everything else works: resolves to why there is none, or to null when there is.
 */
export async function registerService(): Promise<string | null> {
  if (!import.meta.env.PROD) return 'not in development'
  if (!('serviceWorker' in navigator)) return 'this browser has no service workers here'
  // the agent goes first: keeping the app costs as much time of a small machine as getting connected
  await new Promise((resolve) => setTimeout(resolve, AGENT_FIRST_MS))
  try {
    await navigator.serviceWorker.register('/service.js')
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
