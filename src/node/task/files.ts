/**
 * The files of a task: taken in once, kept by content, read back by hash.
 */
import { digest, toHex } from '../crypto/hash.ts'
import type { FileReference } from '../schema/contract.ts'
import { MAX_FILES } from '../schema/result.ts'
import type { Operation } from '../store/store.ts'
import { bytesInWords } from '../skill/words.ts'
import { clip } from '../support/words.ts'

/** A file that goes with a goal: text, or bytes of UTF-8 text. */
export interface FileInput {
  name: string
  type?: string
  text?: string
  bytes?: Uint8Array
}

/** The most that all files of one task may have together, in bytes. */
export const MAX_TASK_BYTES = 16 * 1024 * 1024

/** What was handed in can't be used. The message is for the person who handed it in. */
export class FileRefusedError extends Error {
  override readonly name = 'FileRefusedError'
}

const encoder = new TextEncoder()

/** What stands at 0x80 to 0x9f. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/**
 * Checks files and makes what keeps them.
 *
 * @throws FileRefusedError when there are too many, one has no name or is not text, or all are too large
 */
export async function takeIn(files: readonly FileInput[]): Promise<{ references: FileReference[]; keep: Operation[] }> {
  if (files.length > MAX_FILES) {
    throw new FileRefusedError(`At most ${MAX_FILES} files go with one task; these are ${files.length}.`)
  }
  let total = 0
  const references: FileReference[] = []
  const keep: Operation[] = []
  for (const file of files) {
    const name = clip(file.name, 200)
    if (name === '') throw new FileRefusedError('A file without a name came in; give it one and try again.')
    // before it is read: text has at least a byte a character
    checkSize(name, total + (file.bytes ?? file.text ?? '').length)
    const bytes = file.bytes === undefined ? encoder.encode(file.text ?? '') : inUtf8(name, file.bytes)
    total += bytes.length
    checkSize(name, total)
    const hash = toHex(await digest(bytes))
    references.push({ name, type: clip(file.type ?? 'text/plain', 100), hash, size: bytes.length })
    keep.push({ put: 'blobs', key: hash, value: bytes })
  }
  return { references, keep }
}

function checkSize(name: string, total: number): void {
  if (total <= MAX_TASK_BYTES) return
  throw new FileRefusedError(
    `“${name}” makes the files ${bytesInWords(total)} together; a task takes at most ${bytesInWords(MAX_TASK_BYTES)}. ` +
      'Nothing was sent: take a part of it, or fewer files.'
  )
}

/**
 * Programs read UTF-8. What spreadsheets write besides (UTF-16 with its mark, Windows-1252) is converted; anything
 * else is not text.
 */
function inUtf8(name: string, bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return encoder.encode(new TextDecoder('utf-16le').decode(bytes))
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return encoder.encode(new TextDecoder('utf-16be').decode(bytes))
  if (bytes.includes(0)) {
    throw new FileRefusedError(`“${name}” is not a text file, and text is what skills can read today.`)
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return bytes
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes)
    // Node takes it for Latin-1, which has controls where quotation marks, dashes and the euro should be
    return encoder.encode(text.replace(/[\x80-\x9f]/g, (control) => windows1252.charAt(control.charCodeAt(0) - 0x80)))
  }
}
