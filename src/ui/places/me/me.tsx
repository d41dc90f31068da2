import { lazy, useState } from 'react'
import { AgentPicture } from '../../parts/agent-picture.tsx'
import { CardFold } from '../../parts/card-fold.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { LogList, useLog } from '../../parts/log-list.tsx'
import { Note } from '../../parts/note.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { StrangerText } from '../../parts/stranger-text.tsx'
import type { LogEntryView, Snapshot } from '../../../node/client.ts'
import { useApp, useSnapshot } from '../../state/app-context.ts'
import { openIntentions } from '../../state/intentions.ts'
import { useAction } from '../../state/use-action.ts'
import { useNow } from '../../state/use-now.ts'
import { nameOf } from '../../text/names.ts'
import { plural } from '../../text/format.ts'
import { Permissions } from '../approvals/permissions.tsx'
import { Availability } from './availability.tsx'
import { Connections } from './connections.tsx'
import { Developers } from './developers.tsx'
import { LogFile } from './log-file.tsx'
import { Offers } from './offers.tsx'
import { Policy } from './policy.tsx'
import { Settings } from './settings.tsx'
import { Storage } from './storage.tsx'
import { WhoseWord } from './whose-word.tsx'
import './me.css'

const OfferPage = lazy(async () => ({ default: (await import('./offer/offer-page.tsx')).OfferPage }))

/** What does the world see of me, what may my agent do? */
export function Me({ id }: { id: string | null }) {
  return id === null ? <Myself /> : <OfferPage id={id} />
}

function Myself() {
  const snapshot = useSnapshot()
  if (snapshot === null) {
    return (
      <Page title="Me">
        <div className="skeleton" role="status">
          <span className="sr-only">Starting…</span>
        </div>
      </Page>
    )
  }
  return <KnownMe snapshot={snapshot} />
}

function KnownMe({ snapshot }: { snapshot: Snapshot }) {
  const log = useLog(undefined, snapshot.logLength)
  const { agent } = snapshot.status
  return (
    <Page title="Me" intro="What others see of you, and what your agent may do.">
      <section className="card agent-head" aria-label="Identity">
        <AgentPicture agent={agent} size={88} />
        <div className="stack-s agent-head-words">
          <h2 className="me-name">{nameOf(agent)}</h2>
          <p className="small soft">
            Others see this name and picture. Both come from your agent’s key, which was made in this browser and can’t
            leave it.
          </p>
          <p className="small mono did">{agent}</p>
          <div>
            <CopyButton label="Copy your key" text={() => agent} />
          </div>
        </div>
      </section>
      <Availability state={snapshot.state} />
      <Storage storage={snapshot.status.storage} />
      <Offers offers={snapshot.offers} />
      <LooksFor entries={log.entries ?? []} />
      <Policy policy={snapshot.policy} />
      <WhoseWord snapshot={snapshot} />
      <Permissions />
      <Connections status={snapshot.status} />
      <Settings />
      <details className="more card fold">
        <summary>My log: {plural(snapshot.logLength, 'signed entry', 'signed entries')}</summary>
        <div className="more-body stack-s">
          <p className="small soft">
            All that your agent declared, agreed to and finished, each entry signed and tied to the one before it, so
            that nobody can change it later.
          </p>
          <LogFile agent={agent} />
          <LogList {...log} />
        </div>
      </details>
      <CardFold agent={agent} own />
      <Developers />
    </Page>
  )
}

function LooksFor({ entries }: { entries: readonly LogEntryView[] }) {
  const { client } = useApp()
  const now = useNow()
  const { busy, problem, run } = useAction()
  const [gone, setGone] = useState<ReadonlySet<number>>(new Set())
  const open = openIntentions(entries, now).filter(({ seq }) => !gone.has(seq))
  if (open.length === 0) return null
  const withdraw = (seq: number) =>
    run(async () => {
      await client.withdraw(seq)
      setGone((already) => new Set(already).add(seq))
    })
  return (
    <Section title="What I look for" intro="Public: everybody in the network can read this.">
      {problem !== null && (
        <Note kind="bad" live>
          <p>It still stands: {problem}</p>
        </Note>
      )}
      <ul className="rows">
        {open.map(({ seq, goal }) => (
          <li key={seq} className="me-offer">
            <div className="grow">
              <StrangerText text={goal} max={300} />
            </div>
            <button type="button" className="button danger" disabled={busy} onClick={() => void withdraw(seq)}>
              Take back
            </button>
          </li>
        ))}
      </ul>
    </Section>
  )
}
