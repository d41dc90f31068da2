import { Activity, Check, Clock3, Coins, FileCheck2, FileCode2, HeartHandshake, Radio, TriangleAlert, Waypoints } from 'lucide-react'
import { useState } from 'react'
import type { Candidate, Reason } from '../../../node/client.ts'
import { AgentName } from '../../parts/agent-name.tsx'
import { AgentPicture } from '../../parts/agent-picture.tsx'
import { HindranceChip } from '../../parts/hindrance-chip.tsx'
import { tooLarge } from '../../parts/limit-words.ts'
import { ReachChip } from '../../parts/reach-chip.tsx'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { useSnapshot } from '../../state/app-context.ts'
import { plural } from '../../text/format.ts'
import { hindrance } from '../../text/state-words.ts'
import { priceWords } from '../../text/term-words.ts'
import { candidateKey, isDoubtful, nobodyIsKnown, splitByLikelihood } from './choose.ts'
import { WhyMatch } from './why-match.tsx'
import './candidates.css'

const FIRST = 3
const icons: Record<Reason['kind'], typeof Check> = {
  matches: Check,
  means: Waypoints,
  accepts: FileCheck2,
  trust: HeartHandshake,
  reach: Radio,
  state: Activity,
  history: Clock3,
  program: FileCode2,
  terms: Coins
}

interface CandidatesProps {
  candidates: readonly Candidate[]
  chosen: Candidate | null
  totalBytes: number
  onChoose: (candidate: Candidate) => void
}

/** Who could do it, best first, each with the reasons, and long shots apart. One is chosen. */
export function Candidates({ goal, isLast, ...props }: CandidatesProps & { goal: string; /** of other words */ isLast: boolean }) {
  const { candidates } = props
  const [all, setAll] = useState(false)
  // files alone ask for nothing yet: whoever takes them is no long shot
  const { strong, weak } = goal.trim() === '' ? { strong: candidates, weak: [] } : splitByLikelihood(candidates)
  const shown = all ? strong : strong.filter((one, i) => i < FIRST || one.isTrial === true)
  return (
    <fieldset className={isLast ? 'stack-s candidates-last' : 'stack-s'} aria-busy={isLast}>
      <legend className="candidates-title">Who could do it</legend>
      {nobodyIsKnown(strong) && (
        <p className="small soft">
          Nobody whose word counts for you knows their work in this field yet. Begin with something small whose result you can check.
        </p>
      )}
      {shown.map((candidate) => (
        <CandidateRow key={candidateKey(candidate)} candidate={candidate} {...props} />
      ))}
      {(all || strong.length > shown.length) && strong.length > FIRST && (
        <button type="button" className="button quiet" onClick={() => setAll((now) => !now)}>
          {all ? 'Show fewer' : `Show ${strong.length - shown.length} more`}
        </button>
      )}
      {weak.length > 0 && <LongShots {...props} weak={weak} alone={strong.length === 0} />}
    </fieldset>
  )
}

/** Those whose words hardly point to it: folded away beside better ones, shown with honest words where there are none. */
function LongShots({ weak, alone, ...props }: CandidatesProps & { weak: readonly Candidate[]; alone: boolean }) {
  return (
    <details key={alone ? 'alone' : 'beside'} className="more long-shots" open={alone}>
      <summary>Perhaps: {plural(weak.length, 'long shot')}</summary>
      <div className="stack-s more-body">
        <p className="small soft">
          {alone ? 'Nobody here clearly says that they can do this. ' : ''}
          What these offer hardly fits your words. They may not be able to do it.
        </p>
        {weak.map((candidate) => (
          <CandidateRow key={candidateKey(candidate)} candidate={candidate} {...props} weak />
        ))}
      </div>
    </details>
  )
}

function CandidateRow({
  candidate,
  chosen,
  totalBytes,
  weak = false,
  onChoose
}: CandidatesProps & { candidate: Candidate; weak?: boolean }) {
  const excess = tooLarge(totalBytes, candidate.limits)
  const price = candidate.terms?.price ?? 0
  const state = useSnapshot()?.agents.find(({ agent }) => agent === candidate.agent)?.state ?? null
  // the chips beside the name say these
  const said: ReadonlyArray<Reason['kind']> = hindrance(state) === null ? ['reach', 'terms'] : ['reach', 'terms', 'state']
  return (
    <div className={weak ? 'candidate weak' : 'candidate'}>
      <label className="candidate-pick">
        <input
          type="radio"
          name="candidate"
          checked={chosen !== null && candidateKey(chosen) === candidateKey(candidate)}
          onChange={() => onChoose(candidate)}
        />
        <AgentPicture agent={candidate.agent} size={44} />
        <span className="candidate-words">
          <span className="row">
            <AgentName agent={candidate.agent} tail />
            <ReachChip reach={candidate.reach} />
            <HindranceChip state={state} />
            {weak && <span className="chip warn">A long shot</span>}
            {candidate.isTrial === true && <span className="chip">Worth a try</span>}
            {price > 0 && <span className="chip num">{priceWords(price)}</span>}
          </span>
          <span>
            <StrangerLine text={candidate.name} />
          </span>
          <ul className="reasons small soft">
            {candidate.reasons
              .filter(({ kind }) => !said.includes(kind))
              .map((reason, i) => {
                const warns = reason.kind === 'trust' && isDoubtful(candidate)
                const Icon = warns ? TriangleAlert : icons[reason.kind]
                return (
                  <li key={i} className={warns ? 'warns' : undefined}>
                    <Icon size={14} aria-hidden /> <StrangerLine text={reason.text} max={140} />
                  </li>
                )
              })}
          </ul>
          {candidate.isTrial === true && (
            <span className="small soft">New in this field: give it something small whose result you can check, and say how it went.</span>
          )}
          {excess !== null && <span className="chip warn">{excess}</span>}
        </span>
      </label>
      <WhyMatch candidate={candidate} likely={candidate.likely} />
    </div>
  )
}
