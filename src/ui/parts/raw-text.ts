/** A value as text to look at: JSON with bytes as hex. */
export function rawText(value: unknown): string {
  if (value === undefined) return ''
  return JSON.stringify(value, (_key, part: unknown) => (part instanceof Uint8Array ? hex(part) : part), 2)
}

function hex(bytes: Uint8Array): string {
  return `0x${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
