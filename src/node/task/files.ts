/**
 * The files of a task: taken in once, kept by content, read back by hash.
 */
import { digest, toHex } from '../crypto/hash.ts'
import type { FileReference } from '../schema/contract.ts'
import { MAX_FILES } from '../schema/result.ts'
import type { Operation, Store } from '../store/store.ts'
import type { FileInput } from '../client.ts'

/** The most that all files of one task may have together, in bytes. */
export const MAX_TASK_BYTES = 16 * 1024 * 1024

/** What was handed in can't be used. The message is for the person who handed it in. */
export class FileRefusedError extends Error {
  override readonly name = 'FileRefusedError'
}

const encoder = new TextEncoder()

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
    const name = file.name.slice(0, 200)
    if (name === '') throw new FileRefusedError('A file without a name came in; give it one and try again.')
    const bytes = file.bytes === undefined ? encoder.encode(file.text ?? '') : inUtf8(name, file.bytes)
    total += bytes.length
    if (total > MAX_TASK_BYTES) {
      throw new FileRefusedError(
        `“${name}” makes the files ${megabytes(total)} together; a task takes at most ${megabytes(MAX_TASK_BYTES)}. ` +
          'Nothing was sent: take a part of it, or fewer files.'
      )
    }
    const hash = toHex(await digest(bytes))
    references.push({ name, type: (file.type ?? 'text/plain').slice(0, 100), hash, size: bytes.length })
    keep.push({ put: 'blobs', key: hash, value: bytes })
  }
  return { references, keep }
}

/** Programs read UTF-8. What older spreadsheets write (Windows-1252) is converted; anything else is not text. */
function inUtf8(name: string, bytes: Uint8Array): Uint8Array {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return bytes
  } catch (cause) {
    if (bytes.includes(0)) {
      throw new FileRefusedError(`“${name}” is not a text file, and text is what skills can read today.`, { cause })
    }
    return encoder.encode(new TextDecoder('windows-1252').decode(bytes))
  }
}

/** Bytes kept under a hash, if they are. */
export function kept(store: Store, hash: string): Promise<Uint8Array | undefined> {
  return store.get<Uint8Array>('blobs', hash)
}

function megabytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(1)} MB`
}
