/** For the test of the time zone: what a program can see of it. */
import { programRun, runHere } from './run-program.ts'

const source = `function run() {
  const times = [new Date(2024, 0, 1, 10), new Date(2024, 6, 1, 10), new Date('2024-07-01T10:00:00'), new Date('July 1, 2024 10:00'),
    new Date(1e12), new Date(-1e12)]
  const seen = times.map((date) => [
    date.toISOString(), String(date), date.toLocaleString(), date.toLocaleDateString(), date.toLocaleTimeString(),
    date.toTimeString(), date.toDateString(), date.getTimezoneOffset(), date.getHours(), date.getDay(), date.getDate(),
    date.getMonth(), date.getFullYear(), date.getMinutes(), date.getYear(), date.setHours(3), date.setDate(9),
    date.setMonth(2), date.setFullYear(2020), date.setMinutes(1), date.setSeconds(1), date.setMilliseconds(1), \`\${date}\`
  ])
  return { summary: '', parts: [{ kind: 'json', json: JSON.stringify([seen, Date(), typeof Intl, (1234.5).toLocaleString()]) }] }
}`

/** All that a program can see of the time zone, as JSON. */
export async function localTimes(): Promise<string> {
  const [part] = (await runHere(programRun(source))).parts
  if (part?.kind !== 'json') throw new Error('expected JSON')
  return part.json
}
