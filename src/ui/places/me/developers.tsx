import { CopyButton } from '../../parts/copy-button.tsx'

const example = `const { agent, connections } = await starling.status()
const [best] = await starling.find('statistics of a CSV file')
const id = await starling.submit({
  goal: 'What stands out?',
  files: [{ name: 'a.csv', text: 'day,sales\\nMon,3\\nTue,8' }],
  agent: best.agent,
  skill: best.skill
})
for await (const task of starling.watch(id)) {
  console.log(task.state, task.progress?.fraction, task.result?.summary)
}`

/** The console's way to do all that this page does. */
export function Developers() {
  return (
    <details className="more card fold">
      <summary>For developers</summary>
      <div className="more-body stack-s">
        <p className="soft">
          This page uses one typed client, and so can you: open the browser’s console and type <code>starling</code>. It
          can do all that you can do here, in your name: never paste there what you don’t understand.
        </p>
        <pre className="source small">
          <code>{example}</code>
        </pre>
        <div>
          <CopyButton label="Copy the example" text={() => example} />
        </div>
      </div>
    </details>
  )
}
