import type { Candidate } from '../../../node/client.ts'
import { limitWords } from '../../parts/limit-words.ts'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { likelyWords } from '../../text/likely.ts'
import { countryName, keepsWords, languagesIn, priceWords, topicWords } from '../../text/term-words.ts'

/** All that speaks for a candidate, and on what terms it works. */
export function WhyMatch({ candidate, likely }: { candidate: Candidate; likely: number }) {
  const { terms, topic } = candidate
  return (
    <details className="more why-match small">
      <summary>
        Why this match
      </summary>
      <dl className="facts more-body">
        <dt>How likely</dt>
        <dd>{likelyWords(likely)}, as far as words tell</dd>
        <dt>Why</dt>
        <dd>
          <ul>
            {candidate.reasons.map((reason, i) => (
              <li key={i}>
                <StrangerLine text={reason.text} max={200} />
              </li>
            ))}
          </ul>
        </dd>
        {terms === null ? (
          <>
            <dt>Terms</dt>
            <dd>None said</dd>
          </>
        ) : (
          <>
            <dt>Price</dt>
            <dd className="num">{priceWords(terms.price)}</dd>
            <dt>What you give</dt>
            <dd>{keepsWords[terms.keeps]} (their promise)</dd>
            <dt>Languages</dt>
            <dd>{terms.languages.length === 0 ? 'not said' : languagesIn(terms.languages)}</dd>
            <dt>Country</dt>
            <dd>{terms.region === null ? 'not said' : countryName(terms.region)}</dd>
          </>
        )}
        {topic !== null && (
          <>
            <dt>Topic</dt>
            <dd>
              <StrangerLine text={topicWords(topic)} />
            </dd>
          </>
        )}
        <dt>At most</dt>
        <dd className="num">{limitWords(candidate.limits)}</dd>
      </dl>
    </details>
  )
}
