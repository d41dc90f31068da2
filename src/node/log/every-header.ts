import type { Logs } from './log.ts'
import type { StoredHeader } from './records.ts'

const PAGE = 256

/** All headers that are held, log by log, each in order, read a page at a time. */
export async function* everyHeader(logs: Pick<Logs, 'frontier' | 'headers'>): AsyncGenerator<StoredHeader, void, undefined> {
  for (let author = ''; ; ) {
    const authors = await logs.frontier({ after: author, limit: PAGE })
    for (const [one] of authors) yield* headersOf(logs, one)
    const last = authors.at(-1)
    if (last === undefined) return
    author = last[0]
  }
}

async function* headersOf(logs: Pick<Logs, 'headers'>, author: string): AsyncGenerator<StoredHeader, void, undefined> {
  for (let after = 0; ; ) {
    const page = await logs.headers(author, { after, limit: PAGE })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.header.seq
  }
}
