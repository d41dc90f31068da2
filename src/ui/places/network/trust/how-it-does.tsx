import { ArrowRight, ChevronDown, ChevronUp } from 'lucide-react'
import { Suspense, lazy, useId, useState } from 'react'
import type { Reputation, Standing } from '../../../../node/client.ts'
import type { Capability } from '../../../../node/schema/declaration.ts'
import { Note } from '../../../parts/note.tsx'
import { Section } from '../../../parts/page.tsx'
import { StandingLine } from '../../../parts/standing.tsx'
import { StrangerLine } from '../../../parts/stranger-text.tsx'
import { useApp } from '../../../state/app-context.ts'
import { emptyDraft } from '../../../state/draft.ts'
import { goTo, linkTo } from '../../../state/route.ts'
import { useReputation } from '../../../state/use-reputation.ts'
import { plural } from '../../../text/format.ts'
import { isHeardOf } from '../../../text/standing-words.ts'
import { topicLabel } from '../../../text/term-words.ts'

/** Fields that are shown at first. */
const FIRST = 5

const Explanation = lazy(async () => ({ default: (await import('./explanation.tsx')).Explanation }))

interface Tried {
  agent: string
  /** what it can be asked for to begin with; null: it offers nothing, as far as is known */
  first: Capability | null
}

/** What is said of an agent's work, field by field, by those whose word counts here; and why. */
export function HowItDoes({ agent, first }: Tried) {
  const { value: reputation, problem } = useReputation(agent)
  return (
    <Section
      title="What is said of its work"
      intro="As it looks from here: your own word counts, that of those you chose, and that of those whom they found good. Strangers’ praise weighs nothing."
    >
      {problem !== null && (
        <Note kind="bad" live>
          <p>What is said of it can’t be read now: {problem}</p>
        </Note>
      )}
      {problem === null && reputation === null && (
        <div className="skeleton" role="status">
          <span className="sr-only">Looking up what is said of it…</span>
        </div>
      )}
      {reputation !== null && <Known agent={agent} first={first} reputation={reputation} />}
    </Section>
  )
}

function Known({ agent, first, reputation: { topics, asking, against } }: Tried & { reputation: Reputation }) {
  return (
    <>
      {against.length > 0 && (
        <Note kind="warn">
          <p>Your agent and this one don’t work with each other:</p>
          <ul>
            {against.map((reason, i) => (
              <li key={i}>
                <StrangerLine text={reason} max={200} />
              </li>
            ))}
          </ul>
        </Note>
      )}
      {topics.length === 0 ? (
        <NotKnown agent={agent} first={first} />
      ) : (
        <Fields topics={topics} />
      )}
      {isHeardOf(asking) ? (
        <div className="standing">
          <StandingLine standing={asking} title={<h3>As one who asks others</h3>} />
        </div>
      ) : (
        <p className="small soft">As one who asks others: nobody has said how it went.</p>
      )}
    </>
  )
}

function Fields({ topics }: { topics: readonly Standing[] }) {
  const [all, setAll] = useState(false)
  const more = topics.length - FIRST
  return (
    <>
      <ul className="rows" aria-label="Fields">
        {(all ? topics : topics.slice(0, FIRST)).map((standing) => (
          <Field key={standing.topic ?? ''} standing={standing} />
        ))}
      </ul>
      {more > 0 && (
        <button type="button" className="button quiet" onClick={() => setAll((now) => !now)}>
          {all ? 'Show fewer fields' : `Show ${plural(more, 'more field', 'more fields')}`}
        </button>
      )}
    </>
  )
}

/** Teaches what would be here, and gives one thing to do. */
function NotKnown({ agent, first }: Tried) {
  const { draft } = useApp()
  return (
    <div className="stack-s">
      <p>Nobody whose word counts for you has worked with it yet.</p>
      {first === null ? (
        <p className="soft">
          It offers nothing so far. <a href={linkTo('network')}>See who does</a>
        </p>
      ) : (
        <>
          <p className="soft">Give it something small, look at what comes back, and say how it went: that begins its record with you.</p>
          <div>
            <button
              type="button"
              className="button"
              onClick={() => {
                draft.set({ ...emptyDraft, pinned: { agent, skill: first.id, skillName: first.name } })
                goTo('ask')
              }}
            >
              Ask it for something small <ArrowRight size={16} aria-hidden />
            </button>
          </div>
        </>
      )}
    </div>
  )
}

function Field({ standing }: { standing: Standing }) {
  const { agent, topic } = standing
  const [open, setOpen] = useState(false)
  const id = useId()
  const Chevron = open ? ChevronUp : ChevronDown
  const { name, area } = topicLabel(topic ?? '')
  const heading = (
    <h3>
      <StrangerLine text={topic === null ? 'A field that is not known here' : name} max={60} />
      {area !== '' && (
        <span className="faint small">
          {' '}
          <StrangerLine text={area} max={60} />
        </span>
      )}
    </h3>
  )
  return (
    <li className="standing">
      <StandingLine
        standing={standing}
        title={heading}
        action={
          topic !== null && (
            <button
              type="button"
              className="button quiet"
              aria-expanded={open}
              aria-controls={id}
              onClick={() => setOpen((now) => !now)}
            >
              Why?<span className="sr-only"> {name}</span> <Chevron size={18} aria-hidden />
            </button>
          )
        }
      />
      <div id={id} role="group" aria-label={`Why it stands so in ${name}`} hidden={!open}>
        {open && topic !== null && (
          <Suspense fallback={<WhySkeleton />}>
            <Explanation agent={agent} topic={topic} />
          </Suspense>
        )}
      </div>
    </li>
  )
}

function WhySkeleton() {
  return (
    <div className="skeleton" role="status">
      <span className="sr-only">Looking up why…</span>
    </div>
  )
}
