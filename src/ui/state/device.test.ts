import { expect, test } from 'vitest'
import type { Device } from '../../node/schema/declaration.ts'
import { followDevice } from './device.ts'

const battery = (charging: boolean, level: number) => Object.assign(new EventTarget(), { charging, level })
const link = (part: { type?: string; saveData?: boolean } = {}) => Object.assign(new EventTarget(), part)
const settled = () => new Promise((resolve) => setTimeout(resolve))

/** An agent that remembers what it was told, and can refuse to listen. */
function listener() {
  const told: Device[] = []
  const warnings: string[] = []
  let refusals = 0
  return {
    told,
    warnings,
    refuse: () => refusals++,
    warn: (message: string) => void warnings.push(message),
    client: {
      async setDevice(device: Device) {
        if (refusals-- > 0) throw new Error('not now')
        refusals = 0
        told.push(device)
      }
    }
  }
}

test.each([
  [true, 0.1, 'mains'],
  [false, 0.21, 'battery'],
  [false, 0.2, 'low']
] as const)('charging: %s, at %d: %s', async (charging, level, power) => {
  const { client, told, warn } = listener()
  followDevice(client, { getBattery: async () => battery(charging, level) }, warn)
  await settled()
  expect(told.at(-1)).toEqual({ power, metered: false })
})

test.each([
  [link(), false],
  [link({ type: 'wifi', saveData: false }), false],
  [link({ type: 'cellular' }), true],
  [link({ type: 'wifi', saveData: true }), true]
])('a connection that costs is told of at once, before the battery is known', (connection, metered) => {
  const { client, told, warn } = listener()
  followDevice(client, { connection, getBattery: () => new Promise(() => undefined) }, warn)
  expect(told).toEqual([{ power: 'mains', metered }])
})

test('changes are told, and only these, until it is stopped', async () => {
  const { client, told, warn } = listener()
  const [power, connection] = [battery(true, 1), link({ type: 'wifi' })]
  const stop = followDevice(client, { connection, getBattery: async () => power }, warn)
  await settled()
  // Chromium also tells of each change in speed
  connection.dispatchEvent(new Event('change'))
  expect(told).toHaveLength(1)
  power.charging = false
  power.dispatchEvent(new Event('chargingchange'))
  power.level = 0.15
  power.dispatchEvent(new Event('levelchange'))
  connection.type = 'cellular'
  connection.dispatchEvent(new Event('change'))
  stop()
  power.charging = true
  power.dispatchEvent(new Event('chargingchange'))
  expect(told).toEqual([
    { power: 'mains', metered: false },
    { power: 'battery', metered: false },
    { power: 'low', metered: false },
    { power: 'low', metered: true }
  ])
})

test('a browser that knows nothing of it, or refuses to tell, is one on mains', async () => {
  const { client, told, warnings, warn } = listener()
  followDevice(client, {}, warn)
  followDevice(client, { getBattery: () => Promise.reject(new Error('not allowed')) }, warn)
  await settled()
  expect(told).toEqual([
    { power: 'mains', metered: false },
    { power: 'mains', metered: false }
  ])
  expect(warnings).toEqual(['The browser does not tell of its battery'])
})

test('what the agent did not take is told again with the next event', async () => {
  const { client, told, warnings, refuse, warn } = listener()
  const connection = link({ type: 'cellular' })
  refuse()
  followDevice(client, { connection }, warn)
  await settled()
  expect(told).toEqual([])
  expect(warnings).toEqual(['The agent was not told how the device is'])
  connection.dispatchEvent(new Event('change'))
  expect(told).toEqual([{ power: 'mains', metered: true }])
})
