/**
 * Inputs that once made a decoder fail, one a file: `<target>/<kind>-<hash>.hex` in `fuzz/regressions`. The tests read
 * each again.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Failure } from './fuzz.ts'

export interface Regression {
  /** the folder: the target's name without what is no letter or digit */
  folder: string
  name: string
  bytes: Uint8Array
}

export const folderOf = (target: string): string => target.toLowerCase().replace(/[^a-z0-9]+/g, '-')

/** @param folder `fuzz/regressions` @returns the file's path, or null when no single input makes the failure */
export function saveRegression(folder: string, { target, kind, bytes }: Failure): string | null {
  if (kind === 'memory') return null
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  mkdirSync(join(folder, folderOf(target)), { recursive: true })
  const path = join(folder, folderOf(target), `${kind.toLowerCase()}-${hash}.hex`)
  writeFileSync(
    path,
    `${Buffer.from(bytes)
      .toString('hex')
      .replace(/.{120}/g, '$&\n')}\n`
  )
  return path
}

export function readRegressions(folder: string): Regression[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.hex'))
    .map((path) => ({
      folder: basename(join(path, '..')),
      name: basename(path, '.hex'),
      bytes: Buffer.from(readFileSync(join(folder, path), 'utf8').replace(/\s/g, ''), 'hex')
    }))
}
