/** The browser's offer to install the app, kept until somebody asks for it. */
import { createValue } from './value.ts'

/** Chromium's event; other browsers install from their own menus. */
interface InstallPromptEvent extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>
}

export const installOffer = createValue<InstallPromptEvent | null>(null)

/** Listens for the offer. Returns the way to stop. */
export function followInstallOffer(): () => void {
  const offered = (event: Event) => {
    event.preventDefault()
    if ('prompt' in event) installOffer.set(event as InstallPromptEvent)
  }
  const installed = () => installOffer.set(null)
  window.addEventListener('beforeinstallprompt', offered)
  window.addEventListener('appinstalled', installed)
  return () => {
    window.removeEventListener('beforeinstallprompt', offered)
    window.removeEventListener('appinstalled', installed)
  }
}
