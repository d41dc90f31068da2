import { useRef, useState, type ReactNode } from 'react'
import { ChipsField } from '../../../parts/chips-field.tsx'
import { Field } from '../../../parts/field.tsx'
import { Note } from '../../../parts/note.tsx'
import { Page, Section } from '../../../parts/page.tsx'
import type { OfferDraft } from '../../../state/offer-drafts.ts'
import { linkTo } from '../../../state/route.ts'
import { useAction } from '../../../state/use-action.ts'
import { latest } from '../../../state/use-looked-up.ts'
import { plural } from '../../../text/format.ts'
import { FoundBy } from './found-by.tsx'
import { offerFields, offerProblems, type OfferField } from './offer-input.ts'
import { ProgramField } from './program-field.tsx'
import { TakesField } from './takes-field.tsx'
import { TermsFields } from './terms-fields.tsx'
import { TopicField } from './topic-field.tsx'
import { usePreview } from './use-preview.ts'

/** What is offered, all of it: what it is, the program that does it, and on what terms. Beside it, who would find it. */
export function OfferForm({
  title,
  name,
  draft,
  taken,
  hint,
  unchanged,
  leave,
  submit: submitLabel,
  onChange,
  onOffer,
  children
}: {
  title: string
  /** of the form, for who can't see it */
  name: string
  draft: OfferDraft
  /** ids of what else is offered */
  taken: readonly string[]
  /** what offering it does to what was there before */
  hint?: ReactNode
  /** how things stand when it could not be offered, in words */
  unchanged: string
  /** a way out that keeps nothing, beside the one that does */
  leave?: ReactNode
  /** what the button says */
  submit: string
  onChange: (draft: OfferDraft) => void
  onOffer: () => Promise<void>
  /** below the form */
  children?: ReactNode
}) {
  const { busy, problem, run } = useAction()
  const [tried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const change = (part: Partial<OfferDraft>) => onChange({ ...draft, ...part })
  const [request, setRequest] = useState('')
  const search = usePreview(draft, request)
  const problems = offerProblems(draft, taken)
  const count = Object.keys(problems).length
  /** What is still to come is no mistake until one has tried. */
  const told = (field: OfferField) => {
    const one = problems[field]
    return one === undefined || (one.missing && !tried) ? null : one.text
  }
  const first = offerFields.find((field) => problems[field] !== undefined)

  const submit = () => {
    setTried(true)
    if (busy) return
    if (first === undefined) void run(onOffer)
    else form.current?.querySelector<HTMLElement>(`[data-part="${first}"] :is(input, textarea)`)?.focus()
  }

  return (
    <Page
      title={title}
      intro="Others find it by what you say here. You are asked before anything runs."
      back={{ href: linkTo('me'), label: 'Me' }}
      aside={
        <FoundBy
          search={search}
          request={request}
          onRequest={setRequest}
          onExample={(text) => change({ examples: `${draft.examples.trimEnd()}\n${text}`.trimStart() })}
        />
      }
    >
      <form
        ref={form}
        className="stack"
        aria-label={name}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Section title="What it is">
          <div data-part="name">
            <Field label="Name" problem={told('name')}>
              {(control) => (
                <input
                  {...control}
                  className="field"
                  autoComplete="off"
                  placeholder="Subtitles into German"
                  value={draft.name}
                  onChange={({ target }) => change({ name: target.value })}
                />
              )}
            </Field>
          </div>
          <div data-part="description">
            <Field label="What it does" hint="In the words of those who need it." problem={told('description')}>
              {(control) => (
                <textarea
                  {...control}
                  className="field"
                  rows={4}
                  value={draft.description}
                  onChange={({ target }) => change({ description: target.value })}
                />
              )}
            </Field>
          </div>
          <div data-part="tags">
            <ChipsField
              label="Tags"
              hint="Single words, other languages’ too. Enter or a comma ends one."
              placeholder="subtitles, translation, film"
              values={draft.tags}
              problem={told('tags')}
              onChange={(tags) => change({ tags })}
            />
          </div>
          <div data-part="examples">
            <Field label="Example requests" hint="What people would ask, one a line." problem={told('examples')}>
              {(control) => (
                <textarea
                  {...control}
                  className="field"
                  rows={3}
                  placeholder={'Translate the subtitles of my film'}
                  value={draft.examples}
                  onChange={({ target }) => change({ examples: target.value })}
                />
              )}
            </Field>
          </div>
          <div data-part="topic" className="stack">
            <TopicField topic={draft.topic} preview={latest(search)} problem={told('topic')} onChange={(topic) => change({ topic })} />
          </div>
          <div data-part="takes" className="stack">
            <TakesField takes={draft.takes} problem={told('takes')} onChange={(takes) => change({ takes })} />
          </div>
        </Section>
        <Section title="The program">
          <div data-part="source">
            <ProgramField source={draft.source} problem={told('source')} onChange={(source) => change({ source })} />
          </div>
        </Section>
        <Section title="On what terms">
          <div data-part="price" className="stack offer-part">
            <TermsFields terms={draft.terms} priceProblem={told('price')} onChange={(terms) => change({ terms })} />
          </div>
        </Section>
        {problem !== null && (
          <Note kind="bad" live>
            <p>
              {unchanged}: {problem}
            </p>
            <p>Nothing is lost: what you wrote is still here.</p>
          </Note>
        )}
        {tried && count > 0 && (
          <p className="field-problem" role="status">
            {plural(count, 'thing')} to set right above.
          </p>
        )}
        {hint}
        <div className="dialog-end">
          <a className="button quiet offer-to-preview" href="#found-by" onClick={showPreview}>
            Who would find it?
          </a>
          <a className="button" href={linkTo('me')}>
            Keep for later
          </a>
          {leave}
          <button type="submit" className="button primary" disabled={busy}>
            {submitLabel}
          </button>
        </div>
      </form>
      {children}
    </Page>
  )
}

/** The address holds the place, so that it can't hold a part of the page. */
function showPreview(event: { preventDefault(): void }): void {
  event.preventDefault()
  const preview = document.getElementById('found-by')
  preview?.scrollIntoView({ block: 'start' })
  preview?.focus({ preventScroll: true })
}
