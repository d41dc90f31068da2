/** Numbers, sizes and times as people say them. Pure: the present is a parameter. */

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 4 })
const rough = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const stamp = new Intl.DateTimeFormat('en', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23'
})

/** `1,234.5` */
export function formatNumber(value: number): string {
  if (value !== 0 && (Math.abs(value) < 0.0001 || Math.abs(value) >= 1e15)) return value.toExponential(3)
  return number.format(value)
}

/** A size in bytes: `640 bytes`, `1.5 kB`, `16 MB` (a kB is 1024 bytes). */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'kB'] : [bytes / 1024 / 1024, 'MB']
  return `${rough.format(value)} ${unit}`
}

/** A length of time in milliseconds: `40 ms`, `1.5 seconds`, `2 minutes`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) {
    const seconds = Math.round(ms / 100) / 10
    return seconds === 1 ? '1 second' : `${formatNumber(ms < 10_000 ? seconds : Math.round(seconds))} seconds`
  }
  return `${formatNumber(Math.round(ms / 6000) / 10)} minutes`
}

/** How long ago something was: `just now`, `5 minutes ago`, `yesterday`; a date when it is over a week. */
export function formatAgo(time: number, now: number): string {
  const seconds = Math.round((now - time) / 1000)
  if (Math.abs(seconds) < 45) return 'just now'
  const minutes = Math.round(seconds / 60)
  if (Math.abs(minutes) < 60) return ago.format(-minutes, 'minute')
  const hours = Math.round(minutes / 60)
  if (Math.abs(hours) < 24) return ago.format(-hours, 'hour')
  const days = Math.round(hours / 24)
  return Math.abs(days) <= 7 ? ago.format(-days, 'day') : formatDate(time)
}

/** A time of day with seconds. */
export function formatClock(time: number): string {
  return clock.format(time)
}

/** A date and a time of day. */
export function formatDate(time: number): string {
  return stamp.format(time)
}

/** `1 file`, `2 files`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}

/** `a`, `a and b`, `a, b and c`; with another word than “and” before the last. */
export function listed(items: readonly string[], word = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items[items.length - 1] ?? ''}`
}

/** The first eight and last four characters of a hash. */
export function shortHash(hash: string): string {
  return hash.length <= 14 ? hash : `${hash.slice(0, 8)}…${hash.slice(-4)}`
}
