/** A model that somebody brings: a module of theirs whose default export is an `Embedder`. docs/models.md says how to write one. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod/mini'
import { EmbedderError, FIRST_OWN_MODEL, type Embedder } from '../src/node/semantic/embedder.ts'

const embedder = z.object({
  model: z.int().check(z.minimum(FIRST_OWN_MODEL), z.maximum(0xffff)),
  dimensions: z.int().check(z.minimum(32), z.multipleOf(32)),
  multilingual: z.optional(z.boolean()),
  embed: z.custom<Embedder['embed']>((value) => typeof value === 'function', 'expected a function')
})

/** @param path of the module, from the current folder @throws EmbedderError when there is none, or it exports something else */
export async function loadOwnModel(path: string): Promise<Embedder> {
  let exported: unknown
  try {
    exported = ((await import(/* @vite-ignore */ pathToFileURL(resolve(path)).href)) as { default?: unknown }).default
  } catch (cause) {
    throw new EmbedderError(`expected a module with an embedder at ${path}, which could not be loaded`, { cause })
  }
  const parsed = z.safeParse(embedder, exported)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue === undefined || issue.path.length === 0 ? 'its default export' : issue.path.join('.')
    throw new EmbedderError(`expected an embedder from ${path}; ${where}: ${issue?.message ?? 'is none'}`)
  }
  const { model, dimensions, multilingual = false } = parsed.data
  return { model, dimensions, multilingual, embed: (texts, signal) => (exported as Embedder).embed(texts, signal) }
}
