/** Has the browser keep the app, so that it opens without a network. */

/**
 * Registers the service worker of a built app. Without one (an old browser, a private window, a certificate that
 * the browser does not trust) everything else works: resolves to why there is none, or to null when there is.
 */
export async function registerService(): Promise<string | null> {
  if (!import.meta.env.PROD) return 'not in development'
  if (!('serviceWorker' in navigator)) return 'this browser has no service workers here'
  try {
    await navigator.serviceWorker.register('/service.js')
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
