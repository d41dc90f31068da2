/** A number of bytes for people: `512 bytes`, `48 kB`, `1.5 MB`. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  if (bytes < 2 ** 20) return `${round(bytes / 1024)} kB`
  return `${round(bytes / 2 ** 20)} MB`
}

/** A time for people: `250 milliseconds`, `1 second`, `2.5 minutes`. */
export function durationInWords(ms: number): string {
  if (ms < 1000) return `${ms} milliseconds`
  if (ms < 60_000) return unit(round(ms / 1000), 'second')
  return unit(round(ms / 60_000), 'minute')
}

const round = (value: number) => Math.round(value * 10) / 10
const unit = (value: number, name: string) => `${value} ${name}${value === 1 ? '' : 's'}`
