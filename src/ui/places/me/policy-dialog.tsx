import { useState } from 'react'
import type { Policy } from '../../../node/client.ts'
import { CountrySelect } from '../../parts/country-select.tsx'
import { Modal } from '../../parts/modal.tsx'
import { Note } from '../../parts/note.tsx'
import { PickSeveral } from '../../parts/pick-several.tsx'
import { useApp } from '../../state/app-context.ts'
import { useAction } from '../../state/use-action.ts'
import { countryChoices, languageChoices } from '../../text/choices.ts'

/** Facts about oneself, and what one insists on of others. */
export function PolicyDialog({ policy, onClose }: { policy: Policy; onClose: () => void }) {
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const [facts, setFacts] = useState(policy.facts)
  const [insists, setInsists] = useState(policy.insists)
  const { languages = [], regions = [] } = insists
  const demanding = languages.length > 0 || regions.length > 0
  const save = () =>
    run(async () => {
      const { minTier } = insists
      await client.setPolicy({
        facts,
        insists: {
          ...(languages.length > 0 ? { languages } : {}),
          ...(regions.length > 0 ? { regions } : {}),
          ...(minTier === undefined ? {} : { minTier })
        }
      })
      announcer.say('Whom you work with is kept')
      onClose()
    })
  return (
    <Modal open onClose={onClose} title="Whom I work with">
      <section className="stack policy-part" aria-label="About me">
        <div>
          <h3>About me</h3>
          <p className="small soft">Public. Others may insist on it; what you don’t say counts as not met.</p>
        </div>
        <PickSeveral
          label="Languages I speak"
          placeholder="Such as German"
          choices={languageChoices}
          values={facts.languages}
          onChange={(next) => setFacts({ ...facts, languages: next })}
        />
        <CountrySelect
          label="My country"
          hint="The country alone, never a place in it."
          value={facts.region}
          onChange={(region) => setFacts({ ...facts, region })}
        />
      </section>
      <section className="stack policy-part" aria-label="What I insist on">
        <div>
          <h3>What I insist on</h3>
          <p className="small soft">
            Who says otherwise is not connected to and not heard. Who does not say it is not found, not asked and not answered.
          </p>
        </div>
        <PickSeveral
          label="They speak all of these"
          placeholder="Any language"
          choices={languageChoices}
          values={languages}
          onChange={(next) => setInsists({ ...insists, languages: next })}
        />
        <PickSeveral
          label="They are in one of these countries"
          placeholder="Any country"
          choices={countryChoices}
          values={regions}
          onChange={(next) => setInsists({ ...insists, regions: next })}
        />
        <p className="small soft">Insisting on checked code comes later.</p>
        {demanding && (
          <Note kind="warn">
            <p>Many agents say nothing of themselves so far. With this, few may be left.</p>
          </Note>
        )}
      </section>
      {problem !== null && (
        <Note kind="bad" live>
          <p>It is as it was: {problem}</p>
        </Note>
      )}
      <div className="dialog-end">
        <button type="button" className="button" onClick={onClose}>
          Leave it as it is
        </button>
        <button type="button" className="button primary" disabled={busy} onClick={() => void save()}>
          Keep this
        </button>
      </div>
    </Modal>
  )
}
