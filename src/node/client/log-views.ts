/**
 * Logs as people see them: how much of each is held, and what its entries say.
 */
import type { AgentView, LogEntryView } from '../client.ts'
import { toHex } from '../crypto/hash.ts'
import type { Entry, Logs } from '../log/log.ts'
import type { Changes } from '../store/changes.ts'
import { createEmitter } from '../support/emitter.ts'

export interface LogViews {
  /** A log as far as it is held here; read again only when it has changed. */
  of(author: string): Promise<AgentView['log']>
  /** The entries of a log, in order, from behind a sequence number on: a page of them. */
  entries(author: string, after: number): Promise<LogEntryView[]>
  /** For whoever has changed a log in a way that the log itself does not tell of. */
  changed(log: { author: string }): void
  /** Called when a log has changed, here or in another tab. */
  watch(listener: () => void): () => void
  close(): void
}

export interface LogViewsComponents {
  logs: Pick<Logs, 'head' | 'forked' | 'entries' | 'on'>
  changes: Pick<Changes, 'listen'>
}

const MAX_HELD = 4096
/** Entries in one page. */
const MAX_PAGE = 1000

export function createLogViews({ logs, changes }: LogViewsComponents): LogViews {
  const views = new Map<string, Promise<AgentView['log']>>()
  const { on, emit } = createEmitter<{ change: undefined }>()

  async function read(author: string): Promise<AgentView['log']> {
    const [head, fork] = await Promise.all([logs.head(author), logs.forked(author)])
    return { entries: head?.count ?? 0, whole: head === null || head.count === head.seq, fork: fork !== null }
  }

  function changed({ author }: { author: string }): void {
    views.delete(author)
    emit('change', undefined)
  }

  const stops = [
    logs.on('appended', changed),
    logs.on('accepted', changed),
    logs.on('fork', changed),
    changes.listen((told) => {
      if (told.what === 'entry' || told.what === 'fork') changed(told)
    })
  ]

  return {
    of(author) {
      const known = views.get(author)
      if (known !== undefined) return known
      const view = read(author)
      if (views.size >= MAX_HELD) views.clear()
      views.set(author, view)
      view.catch(() => views.delete(author))
      return view
    },
    entries: async (author, after) => (await logs.entries(author, { after, limit: MAX_PAGE })).map(entryView),
    changed,
    watch: (listener) => on('change', listener),
    close() {
      for (const stop of stops) stop()
    }
  }
}

function entryView({ author, header, hash, body }: Entry): LogEntryView {
  return {
    author,
    seq: header.seq,
    kind: header.kind,
    time: header.time,
    expiry: header.expiry,
    hash: toHex(hash),
    bodyHash: toHex(header.bodyHash),
    bodySize: header.bodySize,
    body
  }
}
