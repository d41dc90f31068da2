/** What the page knows of the device, told to the agent: where its power comes from, and whether its connection costs. */
import type { StarlingClient } from '../../node/client.ts'
import type { Device } from '../../node/schema/declaration.ts'

type Source = Pick<EventTarget, 'addEventListener'>
type Battery = Source & { charging: boolean; level: number }

/** What is asked of a `Navigator`: Chromium has both. A device that does not tell counts as one on mains and without a meter. */
export interface DeviceSource {
  getBattery?: () => Promise<Battery>
  connection?: Source & { type?: string; saveData?: boolean }
}

/** At this charge or less, 0 to 1, a battery is low. */
const LOW = 0.2

/** Tells how the device is, now and whenever it is otherwise than was told last. Returns the way to stop. */
export function followDevice(
  client: Pick<StarlingClient, 'setDevice'>,
  source: DeviceSource,
  warn: (message: string, error: unknown) => void = console.warn
): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  const { connection } = source
  let battery: Battery | null = null
  let told = ''

  function tell(): void {
    const device: Device = {
      power: battery === null || battery.charging ? 'mains' : battery.level <= LOW ? 'low' : 'battery',
      metered: connection?.saveData === true || connection?.type === 'cellular'
    }
    const words = JSON.stringify(device)
    if (signal.aborted || words === told) return
    told = words
    client.setDevice(device).catch((error: unknown) => {
      if (signal.aborted) return
      told = ''
      warn('The agent was not told how the device is', error)
    })
  }

  async function followBattery(): Promise<void> {
    if (source.getBattery === undefined) return
    battery = await source.getBattery()
    for (const change of ['chargingchange', 'levelchange']) battery.addEventListener(change, tell, { signal })
    tell()
  }

  // whether the connection costs is known at once, and decides what is fetched from the first moment on
  tell()
  connection?.addEventListener('change', tell, { signal })
  followBattery().catch((error: unknown) => warn('The browser does not tell of its battery', error))
  return () => stopping.abort()
}
