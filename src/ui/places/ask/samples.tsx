import { ChartColumn, FileText, SquareFunction } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { samples as shipped } from '../../../node/skill/samples.ts'
import { useApp } from '../../state/app-context.ts'
import { describeFiles, emptyDraft, written } from '../../state/draft.ts'

type Sample = (typeof shipped)[number]

const icons = [ChartColumn, FileText, SquareFunction]

/** Three tasks that work at once with a sample: one click, and somebody does it. */
export function Samples() {
  const { draft } = useApp()
  const [samples, setSamples] = useState<readonly Sample[] | null>(null)
  useEffect(() => {
    let here = true
    import('../../../node/skill/samples.ts').then(
      (module) => here && setSamples(module.samples),
      () => here && setSamples([])
    )
    return () => {
      here = false
    }
  }, [])
  const start = (sample: Sample) =>
    draft.set({
      ...emptyDraft,
      goal: sample.goal,
      files: sample.files.map((file) => written(file.name, file.type, file.text)),
      startWith: sample.skill
    })
  return (
    <section className="stack-s" aria-labelledby="samples-heading">
      <h2 id="samples-heading">Or try one now, with a sample</h2>
      {samples?.length === 0 && (
        <p className="soft">The samples could not be loaded. Your own words work all the same.</p>
      )}
      <ul className="samples">
        {(samples ?? [null, null, null]).slice(0, 3).map((sample, i) => {
          const Icon = icons[i % icons.length] ?? FileText
          return (
            <li key={i}>
              {sample === null ? (
                <div className="skeleton" />
              ) : (
                <button type="button" className="sample" onClick={() => start(sample)}>
                  <Icon size={22} aria-hidden />
                  <span className="stack-s sample-words">
                    <span className="sample-title">{sample.title}</span>
                    <span className="soft small">{sample.goal}</span>
                    <span className="faint small">
                      With {describeFiles(sample.files.map((file) => ({ size: file.text.length })))}
                    </span>
                  </span>
                </button>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
