import { Mark } from '../parts/mark.tsx'
import './shell.css'

/** Instead of everything, when the agent can't run: what happened, what is safe, what to do. */
export function Halt({
  title,
  what,
  safe,
  todo,
  detail,
  reload = true
}: {
  title: string
  what: string
  safe: string
  todo: string
  detail: string
  reload?: boolean
}) {
  return (
    <main className="halt">
      <Mark size={48} />
      <h1>{title}</h1>
      <section>
        <h2>What happened</h2>
        <p>{what}</p>
      </section>
      <section>
        <h2>What is safe</h2>
        <p>{safe}</p>
      </section>
      <section>
        <h2>What to do</h2>
        <p>{todo}</p>
      </section>
      {reload && (
        <button type="button" className="button primary" onClick={() => location.reload()}>
          Load again
        </button>
      )}
      <details className="more">
        <summary>Details</summary>
        <pre className="source small">{detail}</pre>
      </details>
    </main>
  )
}
