/**
 * The page with a scripted node behind it, for looking at every state: `npx vite`, then
 * `/src/ui/testing/lab.html?scenario=usual&theme=dark#/approvals`. Scenarios are in `scenarios.ts`;
 * `halt` shows the page of last resort.
 */
import { createRoot } from 'react-dom/client'
import '../design/tokens.css'
import '../design/base.css'
import { App } from '../shell/app.tsx'
import { Halt } from '../shell/halt.tsx'
import { lackWords } from '../shell/support.ts'
import { createPreferences } from '../state/preferences.ts'
import { componentsFor } from './components-for.ts'
import { scenarios } from './scenarios.ts'
import { createScriptedClient } from './scripted-client.ts'

const asked = new URLSearchParams(location.search)
const root = createRoot(document.getElementById('root') ?? document.body)
const name = asked.get('scenario') ?? 'usual'
const script = scenarios[name]

if (name === 'halt') {
  root.render(
    <Halt
      title="Starling can’t run in this browser"
      {...lackWords(['keys', 'connections'])}
      safe="Nothing was changed. What you did here before is still kept."
      detail={navigator.userAgent}
      reload={false}
    />
  )
} else if (script === undefined) {
  root.render(<p>Scenarios: {Object.keys(scenarios).join(', ')}, halt</p>)
} else {
  const client = createScriptedClient(script)
  const preferences = createPreferences(() => localStorage)
  const theme = asked.get('theme')
  if (theme === 'light' || theme === 'dark') preferences.update((now) => ({ ...now, theme }))
  globalThis.starling = client
  root.render(<App components={{ ...componentsFor(client), preferences }} />)
}
