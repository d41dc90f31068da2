/**
 * The app's shell, kept by the browser: the page, its scripts, workers and pictures, so that the app opens without a
 * network. A page opened is always of the newest build that is kept whole; builds before it are kept too, for tabs
 * that have been open since, which may still want one of their scripts or workers.
 */

/** What a build consists of: the paths of its files and one version for all of them. */
export interface Build {
  version: string
  files: string[]
}

export interface ShellComponents {
  caches: CacheStorage
  fetch: (request: Request) => Promise<Response>
  /** where the app is served from, `https://example.org` */
  origin: string
}

export interface Shell {
  /** Keeps all files of the build. @throws when one can't be had: the build before stays in use */
  install(): Promise<void>
  /** Forgets builds of long ago. */
  clean(): Promise<void>
  /** Whether a request is answered from here. All others go to the network as if this were not there. */
  handles(request: Pick<Request, 'method' | 'mode' | 'url'>): boolean
  /** The kept file, or what the network says if the browser has thrown it away. */
  respond(request: Request): Promise<Response>
}

const PREFIX = 'shell-'
const PAGE = '/'
/** Builds that are kept, this one included. */
const KEPT = 4
/** Files under this path carry a hash of their content: the same name is the same bytes. */
const HASHED = '/assets/'

export function createShell({ caches, fetch, origin }: ShellComponents, { version, files }: Build): Shell {
  const name = PREFIX + version
  const paths = new Set([PAGE, ...files])
  const keyOf = (path: string) => new URL(path, origin).href

  const download = async (path: string): Promise<Response> => {
    const kept = path.startsWith(HASHED) ? await caches.match(keyOf(path)) : undefined
    if (kept !== undefined) return kept
    const response = await fetch(new Request(keyOf(path), { cache: path.startsWith(HASHED) ? 'default' : 'reload' }))
    if (!response.ok || response.redirected) {
      throw new Error(`expected ${path} of build ${version}, got ${response.status} from ${response.url}`)
    }
    return response
  }

  const kept = async (path: string) =>
    (await (await caches.open(name)).match(keyOf(path))) ??
    (path.startsWith(HASHED) ? await caches.match(keyOf(path)) : undefined)

  return {
    async install() {
      const cache = await caches.open(name)
      try {
        await Promise.all([...paths].map(async (path) => cache.put(keyOf(path), await download(path))))
      } catch (error) {
        await caches.delete(name)
        throw error
      }
    },
    async clean() {
      // in the order in which they were made
      const others = (await caches.keys()).filter((key) => key.startsWith(PREFIX) && key !== name)
      await Promise.all(others.slice(0, -(KEPT - 1)).map((key) => caches.delete(key)))
    },
    handles({ method, mode, url }) {
      const { origin: from, pathname } = new URL(url)
      if (method !== 'GET' || from !== origin) return false
      return paths.has(pathname) || pathname.startsWith(HASHED) || (mode === 'navigate' && isPlace(pathname))
    },
    async respond(request) {
      const { pathname } = new URL(request.url)
      const path = request.mode === 'navigate' && isPlace(pathname) ? PAGE : pathname
      return (await kept(path)) ?? fetch(request)
    }
  }
}

/** A place inside the app, rather than a file or what the relay tells (`/health`, `/metrics`). */
function isPlace(path: string): boolean {
  return !path.includes('.') && path !== '/health' && path !== '/metrics'
}
