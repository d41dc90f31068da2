import { useApp, useSnapshot } from '../../state/app-context.ts'

/** How others are found while the model that knows what sentences mean is not there. */
export function MeaningLine() {
  const { client } = useApp()
  const model = useSnapshot()?.status.meaning.model
  if (model === undefined || model.is === 'ready') return null
  const load = (label: string) => (
    <button type="button" className="link" onClick={() => void client.loadMeaning()}>
      {label}
    </button>
  )
  switch (model.is) {
    case 'loading': {
      const percent = Math.round(100 * model.fraction)
      return (
        <p className="small soft row" role="status">
          <progress max={100} value={percent} aria-label="Loading what finds by meaning" />
          <span>By words for now. Finding by meaning (English) is {percent} % loaded.</span>
        </p>
      )
    }
    case 'absent':
      return <p className="small soft">Found by words. {load('Find by meaning, too (English, 24 MB)')}</p>
    case 'failed':
      return (
        <p className="small soft">
          Found by words only: what finds by meaning could not be loaded ({model.reason}). {load('Try again')}
        </p>
      )
  }
}
