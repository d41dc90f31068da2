/**
 * Whether a capability takes a file, by its input modes: media types (`text/csv`, `text/*`) or endings (`.csv`).
 */
export function acceptsFile(inputModes: readonly string[], file: { name: string; type?: string }): boolean {
  const name = file.name.toLowerCase()
  const type = file.type?.split(';')[0]?.trim().toLowerCase() ?? ''
  return inputModes.some((mode) => {
    const wanted = mode.toLowerCase()
    if (wanted === '*/*') return true
    if (wanted.startsWith('.')) return name.endsWith(wanted)
    if (wanted.endsWith('/*')) return type.startsWith(wanted.slice(0, -1))
    return wanted !== '' && type === wanted
  })
}
