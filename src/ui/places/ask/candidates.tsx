import { Check, Clock3, FileCheck2, FileCode2, Radio, Waypoints } from 'lucide-react'
import { useState } from 'react'
import type { Candidate, Reason } from '../../../node/client.ts'
import { AgentName } from '../../parts/agent-name.tsx'
import { AgentPicture } from '../../parts/agent-picture.tsx'
import { limitWords, tooLarge } from '../../parts/limit-words.ts'
import { ReachChip } from '../../parts/reach-chip.tsx'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { candidateKey } from './choose.ts'

const FIRST = 3
const icons: Record<Reason['kind'], typeof Check> = {
  matches: Check,
  means: Waypoints,
  accepts: FileCheck2,
  reach: Radio,
  history: Clock3,
  program: FileCode2
}

/** Who could do it, best first, each with the reasons. One is chosen. */
export function Candidates({
  candidates,
  chosen,
  totalBytes,
  onChoose
}: {
  candidates: readonly Candidate[]
  chosen: Candidate | null
  totalBytes: number
  onChoose: (candidate: Candidate) => void
}) {
  const [all, setAll] = useState(false)
  const shown = all ? candidates : candidates.slice(0, FIRST)
  return (
    <fieldset className="stack-s">
      <legend className="candidates-title">Who could do it</legend>
      {shown.map((candidate) => {
        const excess = tooLarge(totalBytes, candidate.limits)
        const key = candidateKey(candidate)
        return (
          <label key={key} className="candidate">
            <input
              type="radio"
              name="candidate"
              checked={chosen !== null && candidateKey(chosen) === key}
              onChange={() => onChoose(candidate)}
            />
            <AgentPicture agent={candidate.agent} size={44} />
            <span className="candidate-words">
              <span className="row">
                <AgentName agent={candidate.agent} tail />
                <ReachChip reach={candidate.reach} />
              </span>
              <span>
                <StrangerLine text={candidate.name} />
              </span>
              <ul className="reasons small soft">
                {candidate.reasons.map((reason, i) => {
                  const Icon = icons[reason.kind]
                  return (
                    <li key={i}>
                      <Icon size={14} aria-hidden /> <StrangerLine text={reason.text} max={140} />
                    </li>
                  )
                })}
                <li>
                  <Clock3 size={14} aria-hidden /> {limitWords(candidate.limits)}
                </li>
              </ul>
              {excess !== null && <span className="chip warn">{excess}</span>}
            </span>
          </label>
        )
      })}
      {candidates.length > FIRST && (
        <button type="button" className="button quiet" onClick={() => setAll((now) => !now)}>
          {all ? 'Show fewer' : `Show ${candidates.length - FIRST} more`}
        </button>
      )}
    </fieldset>
  )
}
