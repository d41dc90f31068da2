/** Media types, and the file endings that stand for them: so much of the registries as agents name in practice. */

/** Endings and other names of a type → the type as it is registered. */
const types = new Map([
  ['.txt', 'text/plain'],
  ['.md', 'text/markdown'],
  ['.csv', 'text/csv'],
  ['.tsv', 'text/tab-separated-values'],
  ['.html', 'text/html'],
  ['.htm', 'text/html'],
  ['.css', 'text/css'],
  ['.js', 'text/javascript'],
  ['.json', 'application/json'],
  ['.ndjson', 'application/x-ndjson'],
  ['.jsonl', 'application/x-ndjson'],
  ['.xml', 'application/xml'],
  ['.yaml', 'application/yaml'],
  ['.yml', 'application/yaml'],
  ['.pdf', 'application/pdf'],
  ['.zip', 'application/zip'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.gif', 'image/gif'],
  ['.webp', 'image/webp'],
  ['.mp3', 'audio/mpeg'],
  ['.wav', 'audio/wav'],
  ['.mp4', 'video/mp4'],
  ['.webm', 'video/webm'],
  // older names that are still met, and how the first A2A cards say it
  ['text', 'text/plain'],
  ['text/x-markdown', 'text/markdown'],
  ['text/json', 'application/json'],
  ['text/xml', 'application/xml'],
  ['text/yaml', 'application/yaml'],
  ['text/x-yaml', 'application/yaml'],
  ['application/x-yaml', 'application/yaml'],
  ['application/javascript', 'text/javascript'],
  ['application/jsonl', 'application/x-ndjson'],
  ['image/jpg', 'image/jpeg'],
  ['audio/mp3', 'audio/mpeg'],
  ['audio/x-wav', 'audio/wav']
])

const token = '[a-z0-9][a-z0-9!#$&^_.+-]*'
const TYPE = new RegExp(`^${token}/${token}$`)
const RANGE = new RegExp(`^(\\*/\\*|${token}/\\*)$`)
const ENDING = /^\.[a-z0-9][a-z0-9_+.-]*$/

/**
 * The media type that a mode stands for (`text/csv` for `.CSV` and `text/csv; charset=utf-8`), or the range (`text/*`), or the
 * ending itself where it is of no known type; null when it is none of these.
 */
export function mediaType(mode: string): string | null {
  const plain = mode.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const known = types.get(plain)
  if (known !== undefined) return known
  return TYPE.test(plain) || RANGE.test(plain) || ENDING.test(plain) ? plain : null
}

/** The media type of a file, or its ending where it is of no known type; null when it has neither. */
export function mediaTypeOfFile(file: { name: string; type?: string }): string | null {
  const told = mediaType(file.type ?? '')
  if (told !== null) return told
  const dot = file.name.lastIndexOf('.')
  return dot < 0 ? null : mediaType(file.name.slice(dot))
}
