import { createContext, useContext } from 'react'
import type { AgentView, Snapshot, StarlingClient } from '../../node/client.ts'
import { nameOf } from '../text/names.ts'
import type { Announcer } from './announcer.ts'
import type { Draft } from './draft.ts'
import type { OfferDrafts } from './offer-drafts.ts'
import type { Preferences } from './preferences.ts'
import type { SnapshotStore } from './snapshots.ts'
import { useValue } from './use-value.ts'
import type { Value } from './value.ts'

/** What every part of the page may use. */
export interface App {
  client: StarlingClient
  snapshots: SnapshotStore
  draft: Value<Draft>
  offerDrafts: Value<OfferDrafts>
  preferences: Value<Preferences>
  announcer: Announcer
}

export const AppContext = createContext<App | null>(null)

/** The app's components. @throws Error outside of `<AppContext>` */
export function useApp(): App {
  const app = useContext(AppContext)
  if (app === null) throw new Error('expected to be drawn inside AppContext')
  return app
}

/** The node's state, or null until it is known. */
export function useSnapshot(): Snapshot | null {
  return useValue(useApp().snapshots)
}

/** What people call an agent here: their own name for it, or the one from its key. */
export interface AgentLabel {
  name: string
  /** the operator chose this name */
  chosen: boolean
  /** it is this browser's own agent */
  self: boolean
  reach: AgentView['reach']
}

/** How to call an agent, from what is known of it. */
export function labelFor(agent: string, snapshot: Snapshot | null): AgentLabel {
  const self = snapshot?.status.agent === agent
  const view = snapshot?.agents.find((known) => known.agent === agent)
  const petname = view?.petname ?? null
  return {
    name: self ? 'Your agent' : (petname ?? nameOf(agent)),
    chosen: petname !== null,
    self,
    reach: view?.reach ?? 'away'
  }
}

export function useAgentLabel(agent: string): AgentLabel {
  return labelFor(agent, useSnapshot())
}
