import { useCallback } from 'react'
import { useApp } from './app-context.ts'
import { attach, type Draft } from './draft.ts'
import { createValue, type Value } from './value.ts'
import { useValue } from './use-value.ts'

const refusals = createValue<readonly string[]>([])

/** Adds files to a draft one after another. What is refused comes back as sentences that say why. */
export async function takeFiles(draft: Value<Draft>, files: readonly File[]): Promise<string[]> {
  const refused: string[] = []
  for (const file of files) {
    try {
      const attachment = await attach(file, draft.get().files)
      draft.update((now) => ({ ...now, startWith: null, files: [...now.files, attachment] }))
    } catch (error) {
      refused.push(error instanceof Error ? error.message : String(error))
    }
  }
  return refused
}

/** Attaches files from a picker, a drop or the clipboard, and tells which were refused and why. */
export function useAttach(): {
  refused: readonly string[]
  take(files: readonly File[]): Promise<void>
  dismiss(): void
} {
  const { draft } = useApp()
  const refused = useValue(refusals)
  const take = useCallback(async (files: readonly File[]) => refusals.set(await takeFiles(draft, files)), [draft])
  const dismiss = useCallback(() => refusals.set([]), [])
  return { refused, take, dismiss }
}
