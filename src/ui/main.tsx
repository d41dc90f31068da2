import { createRoot, type Root } from 'react-dom/client'
import type { StarlingClient } from '../node/client.ts'
import { registerService } from '../workers/register-service.ts'
import { startPeer, type PeerHandle } from '../workers/start-peer.ts'
import './design/tokens.css'
import './design/base.css'
import { App } from './shell/app.tsx'
import { Halt } from './shell/halt.tsx'
import { lackWords, missing } from './shell/support.ts'
import { createAnnouncer } from './state/announcer.ts'
import type { DeviceSource } from './state/device.ts'
import { emptyDraft } from './state/draft.ts'
import { followInstallOffer } from './state/install.ts'
import { noOfferDrafts } from './state/offer-drafts.ts'
import { offlineShell } from './state/offline-shell.ts'
import { createPreferences } from './state/preferences.ts'
import { createSnapshotStore } from './state/snapshots.ts'
import { createValue } from './state/value.ts'

declare global {
  /** Your agent, for scripting: the client that this page itself uses. There once the page has started. */
  var starling: StarlingClient
}

/** Starts the agent and draws the page; or says what is in the way. */
async function main(root: Root): Promise<void> {
  followInstallOffer()
  const lacks = await missing()
  if (lacks.length > 0) {
    root.render(
      <Halt
        title="Starling can’t run in this browser"
        {...lackWords(lacks)}
        safe="Nothing was changed. What you did here before is still kept."
        detail={`missing: ${lacks.join(', ')}\n${navigator.userAgent}`}
        reload={false}
      />
    )
    return
  }
  let peer: PeerHandle
  try {
    peer = startPeer()
  } catch (error) {
    root.render(<Stopped reason={error} kept />)
    return
  }
  globalThis.starling = peer.client
  const unfollow = tellOfDevice(peer.client)
  const snapshots = createSnapshotStore(peer.client)
  root.render(
    <App
      components={{
        client: peer.client,
        snapshots,
        draft: createValue(emptyDraft),
        offerDrafts: createValue(noOfferDrafts),
        preferences: createPreferences(() => localStorage),
        announcer: createAnnouncer()
      }}
    />
  )
  void registerService().then((problem) => offlineShell.set({ problem }))
  const reason = await Promise.race([peer.failed, snapshots.failed])
  snapshots.stop()
  void unfollow.then((stop) => stop())
  root.render(<Stopped reason={reason} kept={snapshots.get()?.status.storage.kind !== 'memory'} />)
}

/** Tells the agent how the device is, as far as the browser says so. Resolves to the way to stop; does without what can't be loaded. */
async function tellOfDevice(client: StarlingClient): Promise<() => void> {
  try {
    const { followDevice } = await import('./state/device.ts')
    return followDevice(client, navigator as Navigator & DeviceSource)
  } catch (error) {
    console.warn('The agent is not told how the device is', error)
    return () => undefined
  }
}

function Stopped({ reason, kept }: { reason: unknown; kept: boolean }) {
  return (
    <Halt
      title="Your agent stopped"
      what={
        'The part of this page that is your agent ended without being asked to. ' +
        'A browser may do that when memory runs short.'
      }
      safe={
        kept
          ? 'Your key, your tasks and your log are kept in this browser. ' +
            'A task that was running goes on, or says what became of it, once your agent is back.'
          : 'This browser did not let the page keep anything, so what was done since the page was opened is gone. ' +
            'The agents that you worked with have their own records.'
      }
      todo="Load the page again. If it stops again, close other tabs first."
      detail={reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason)}
    />
  )
}

const place = document.getElementById('root')
if (place === null) throw new Error('expected an element with the id root in index.html')
void main(createRoot(place))
