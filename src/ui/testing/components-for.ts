import type { App } from '../state/app-context.ts'
import { createAnnouncer } from '../state/announcer.ts'
import { emptyDraft } from '../state/draft.ts'
import { noOfferDrafts } from '../state/offer-drafts.ts'
import { createPreferences } from '../state/preferences.ts'
import { createSnapshotStore } from '../state/snapshots.ts'
import { createValue } from '../state/value.ts'
import type { StarlingClient } from '../../node/client.ts'

/** The page's components over a client, with preferences that are forgotten. */
export function componentsFor(client: StarlingClient): App {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value)
  }
  return {
    client,
    snapshots: createSnapshotStore(client),
    draft: createValue(emptyDraft),
    offerDrafts: createValue(noOfferDrafts),
    preferences: createPreferences(() => storage),
    announcer: createAnnouncer()
  }
}
