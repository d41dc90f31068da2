import { Bell, Download, Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { LabelledSwitch } from '../../parts/labelled-switch.tsx'
import { Note } from '../../parts/note.tsx'
import { Section } from '../../parts/page.tsx'
import { useApp } from '../../state/app-context.ts'
import { installOffer } from '../../state/install.ts'
import type { Theme } from '../../state/preferences.ts'
import { useValue } from '../../state/use-value.ts'

const themes: ReadonlyArray<{ theme: Theme; label: string; Icon: typeof Sun }> = [
  { theme: 'system', label: 'As the system', Icon: Monitor },
  { theme: 'light', label: 'Light', Icon: Sun },
  { theme: 'dark', label: 'Dark', Icon: Moon }
]

/** How it looks, being told of questions, and installing. */
export function Settings() {
  const { preferences } = useApp()
  const { theme, notify } = useValue(preferences)
  const offer = useValue(installOffer)
  const [refused, setRefused] = useState(false)
  const canNotify = 'Notification' in window

  const turnNotify = async (on: boolean) => {
    if (on && Notification.permission !== 'granted' && (await Notification.requestPermission()) !== 'granted') {
      setRefused(true)
      return
    }
    setRefused(false)
    preferences.update((now) => ({ ...now, notify: on }))
  }
  const install = async () => {
    await offer?.prompt()
    installOffer.set(null)
  }
  return (
    <Section title="Settings">
      <fieldset className="stack-s">
        <legend className="label">Appearance</legend>
        <div className="choices">
          {themes.map(({ theme: one, label, Icon }) => (
            <label key={one}>
              <input
                type="radio"
                name="theme"
                checked={theme === one}
                onChange={() => preferences.update((now) => ({ ...now, theme: one }))}
              />
              <Icon size={16} aria-hidden /> {label}
            </label>
          ))}
        </div>
      </fieldset>
      {canNotify && (
        <div className="me-offer">
          <div className="grow">
            <h3>
              <Bell size={16} aria-hidden /> Tell me when somebody asks
            </h3>
            <p className="small soft">
              A notification, when this tab is open but out of sight; also when somebody offers what you listen for.
            </p>
          </div>
          <LabelledSwitch
            label="Tell me when somebody asks"
            checked={notify && Notification.permission === 'granted'}
            onChange={(on) => void turnNotify(on)}
          />
        </div>
      )}
      {refused && (
        <Note kind="warn" live>
          <p>The browser does not allow it. You can change that in the site’s settings, beside the address.</p>
        </Note>
      )}
      {offer !== null && (
        <div className="me-offer">
          <div className="grow">
            <h3>Install Starling</h3>
            <p className="small soft">A window and an icon of its own. Nothing else changes.</p>
          </div>
          <button type="button" className="button" onClick={() => void install()}>
            <Download size={18} aria-hidden /> Install
          </button>
        </div>
      )}
    </Section>
  )
}
