import type { OfferPreview } from '../../../../node/client.ts'
import { Field } from '../../../parts/field.tsx'
import type { TopicDraft } from '../../../state/offer-drafts.ts'
import { plural } from '../../../text/format.ts'
import { topicLabel, topicWords } from '../../../text/term-words.ts'
import { topicPath } from './offer-input.ts'

const FITTING = ''
/** Has a slash at its end, as no topic has. */
const OWN = 'own/'

/** What an offer counts in: the topic that fits it best, something that is known below that, or a name of one's own. */
export function TopicField({
  topic,
  preview,
  problem,
  onChange
}: {
  topic: TopicDraft | null
  preview: OfferPreview | null
  problem: string | null
  onChange: (topic: TopicDraft | null) => void
}) {
  const under = topic?.under ?? (preview === null || preview.topic === null ? null : topicAbove(preview.topic))
  const below = preview?.topicsBelow.filter((one) => one.topic.startsWith(`${under}/`)) ?? []
  const path = topic === null || topic.isOwn ? null : topicPath(topic)
  const choose = (value: string) => {
    if (value === FITTING || under === null) onChange(null)
    else if (value === OWN) onChange({ under, name: '', isOwn: true })
    else onChange({ under, name: value.slice(under.length + 1), isOwn: false })
  }
  return (
    <>
      <Field label="Topic" hint="What it is rated in. The more exact, the more telling; ratings next door count for it, too.">
        {(control) => (
          <select
            {...control}
            className="field"
            disabled={under === null}
            value={topic?.isOwn === true ? OWN : (path ?? FITTING)}
            onChange={({ target }) => choose(target.value)}
          >
            <option value={FITTING}>{under === null || topic !== null ? 'The one that fits best' : topicWords(under)}</option>
            {under !== null && (
              <optgroup label={`In ${topicWords(under)}`}>
                {path !== null && below.every((one) => one.topic !== path) && <option value={path}>{topicLabel(path).name}</option>}
                {below.map((one) => (
                  <option key={one.topic} value={one.topic}>
                    {topicLabel(one.topic).name}
                    {one.agents !== null && ` (${plural(one.agents, 'agent')})`}
                  </option>
                ))}
                <option value={OWN}>A name of your own…</option>
              </optgroup>
            )}
          </select>
        )}
      </Field>
      {topic?.isOwn === true && (
        <Field
          label="Name of the topic"
          hint={`A part of ${topicWords(topic.under)}. New: counts from three agents on. What says the same as a known one counts as that.`}
          problem={problem}
        >
          {(control) => (
            <input
              {...control}
              className="field"
              autoComplete="off"
              maxLength={96}
              placeholder="opera surtitles"
              value={topic.name}
              onChange={({ target }) => onChange({ ...topic, name: target.value })}
            />
          )}
        </Field>
      )}
    </>
  )
}

/** `area/topic` of a name that is it, or below it. */
const topicAbove = (name: string): string => name.split('/').slice(0, 2).join('/')
