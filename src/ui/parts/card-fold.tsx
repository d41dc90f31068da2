import { Download } from 'lucide-react'
import { useApp } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { nameOf } from '../text/names.ts'
import { Note } from './note.tsx'
import { saveFile } from './save-file.ts'

/** An agent's card, as other agent systems read it, to be saved. It calls an agent what its key says: what one calls it oneself is nobody else's. */
export function CardFold({ agent, own }: { agent: string; own: boolean }) {
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const whose = own ? 'my' : 'its'
  const save = () =>
    run(async () => {
      const name = nameOf(agent)
      const card = await client.agentCard({ agent, name })
      // without white space, which would count when it is read again
      saveFile(`${name.replaceAll(' ', '-').toLowerCase()}-card.json`, 'application/json', JSON.stringify(card))
      announcer.say('The card is saved')
    })
  return (
    <details className="more card fold">
      <summary>{own ? 'My card' : 'Its card'} for other agent systems</summary>
      <div className="more-body stack-s">
        <p className="small soft">
          A file that other agent systems read (A2A): what {own ? 'your' : 'this'} agent offers, looks for and insists on, and how it is now.
          Anybody can write such a file, so it proves nothing; {own ? 'your' : 'its'} signed log does.
        </p>
        <div>
          <button type="button" className="button" disabled={busy} onClick={() => void save()}>
            <Download size={18} aria-hidden /> Save {whose} card
          </button>
        </div>
        {problem !== null && (
          <Note kind="bad" live>
            <p>It was not saved: {problem}</p>
          </Note>
        )}
      </div>
    </details>
  )
}
