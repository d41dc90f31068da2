/** What somebody is about to ask for. Held apart from the place, so that looking elsewhere loses nothing. */
import type { FileInput } from '../../node/client.ts'
import type { Constraints } from '../../node/schema/declaration.ts'
import { cleanLine } from '../text/clean.ts'
import { formatBytes, plural } from '../text/format.ts'

/** The most files, and the most bytes of all together, that any agent takes. */
export const MAX_FILES = 8
export const MAX_TOTAL_BYTES = 16 * 1024 * 1024
const MAX_NAME = 200

export interface Attachment {
  /** within the draft */
  id: string
  name: string
  type: string
  bytes: Uint8Array
  /** written here, and so can be changed here */
  editable: boolean
}

export interface Draft {
  goal: string
  files: Attachment[]
  /** on what terms it is to be done */
  constraints: Constraints
  /** ask this agent for this skill, and nobody else */
  pinned: { agent: string; skill: string; skillName: string } | null
  /** somebody that was asked before and is not to be preselected */
  avoid: string | null
  /** a click asked for it to start by itself, with this skill, as soon as somebody can do it */
  startWith: string | null
}

export const emptyDraft: Draft = { goal: '', files: [], constraints: {}, pinned: null, avoid: null, startWith: null }

/** A file that can't be taken, and why, in words. */
export class RefusedFileError extends Error {
  override readonly name = 'RefusedFileError'
}

export function totalBytes(files: readonly Attachment[]): number {
  return files.reduce((sum, file) => sum + file.bytes.length, 0)
}

/**
 * Turns a file into an attachment.
 *
 * @param already what is attached so far
 * @throws RefusedFileError when it is too large, not text, or one too many
 */
export async function attach(
  file: { name: string; type: string; size: number; arrayBuffer(): Promise<ArrayBuffer> },
  already: readonly Attachment[]
): Promise<Attachment> {
  const name = cleanLine(file.name).slice(0, MAX_NAME) || 'unnamed'
  if (already.length >= MAX_FILES) {
    throw new RefusedFileError(`“${name}” was not added: a task takes ${MAX_FILES} files at most. Remove one first.`)
  }
  const before = totalBytes(already)
  if (before + file.size > MAX_TOTAL_BYTES) {
    const others = before === 0 ? '' : `, and the others ${formatBytes(before)}`
    throw new RefusedFileError(
      `“${name}” was not added: it is ${formatBytes(file.size)}${others}, and a task takes ` +
        `${formatBytes(MAX_TOTAL_BYTES)} of files at most.`
    )
  }
  if (file.size === 0) throw new RefusedFileError(`“${name}” was not added: it is empty.`)
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(await file.arrayBuffer())
  } catch (cause) {
    throw new RefusedFileError(`“${name}” was not added: it could not be read. A folder can’t be added.`, { cause })
  }
  if (!isText(bytes)) {
    throw new RefusedFileError(
      `“${name}” was not added: it is not text. Agents take text for now, such as CSV, JSON, Markdown or code.`
    )
  }
  return { id: newId(), name, type: file.type || 'text/plain', bytes, editable: false }
}

/** An attachment from text that was written here. */
export function written(name: string, type: string, text: string, id = newId()): Attachment {
  return { id, name, type, bytes: new TextEncoder().encode(text), editable: true }
}

/** The draft's files as the client takes them. */
export function inputs(files: readonly Attachment[]): FileInput[] {
  return files.map(({ name, type, bytes }) => ({ name, type, bytes }))
}

/** Words for a file that stands beside others: `3 files, 12 kB`. */
export function describeFiles(files: ReadonlyArray<{ size: number }>): string {
  if (files.length === 0) return 'no files'
  return `${plural(files.length, 'file')}, ${formatBytes(files.reduce((sum, file) => sum + file.size, 0))}`
}

/** Whether bytes are UTF-8 text without null characters. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function newId(): string {
  return crypto.randomUUID()
}
