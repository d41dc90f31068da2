/**
 * Headers that were kept before their leaves could be checked as they are now, by an earlier version or without the
 * codebook. Whoever gave them away would be held to account for it, so they go, once, before anything is given away.
 */
import type { Store } from '../store/store.ts'
import { dropHeaders, type AdmissionComponents } from './admission.ts'
import type { Place } from './first-to-go.ts'
import type { LeavesCheck } from './log.ts'
import { LEAVES_CHECKED, entryKey, storedHeader, type LeavesCheckedRecord } from './records.ts'

/** Headers that are read at a time, and that go in one commit. */
const PAGE = 256

export interface RecheckComponents extends AdmissionComponents {
  store: Store
  leaves: LeavesCheck
  /** runs what writes headers one after the other */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>
}

/** Drops others' headers whose leaves are lies. When what is held is known. */
export async function recheckLeaves(components: RecheckComponents): Promise<void> {
  const { store, known, leaves, inTurn } = components
  const places: Place[] = []
  known.index.select(({ model, author, seq }) => {
    if (model > 0) places.push({ author, seq })
    return false
  })
  for (let at = 0; at < places.length; at += PAGE) {
    const page = places.slice(at, at + PAGE).filter(({ author }) => known.head(author)?.own !== true)
    const records = await store.getMany<Uint8Array>('headers', page.map(({ author, seq }) => entryKey(author, seq)))
    const lies = page.filter(({ author }, i) => {
      const held = records[i]
      const sketch = held === undefined ? null : storedHeader(author, held).header.sketch
      return sketch !== null && !leaves.fits(sketch)
    })
    if (lies.length > 0) await inTurn(() => dropHeaders(components, lies))
  }
  const value: LeavesCheckedRecord = { name: leaves.name }
  await store.commit([{ put: 'settings', key: LEAVES_CHECKED, value }])
}
