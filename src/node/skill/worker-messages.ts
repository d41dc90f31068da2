/** What a runner and its worker say to each other. One run a worker. */
import * as z from 'zod/mini'
import { count, text } from '../schema/codec.ts'
import { limits } from '../schema/declaration.ts'

export const runRequest = z.object({
  source: z.string(),
  input: z.object({
    goal: z.string(),
    files: z.array(z.object({ name: z.string(), type: z.string(), text: z.string() }))
  }),
  limits,
  time: count
})

export const workerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started') }),
  z.object({
    type: z.literal('progress'),
    fraction: z.number().check(z.minimum(0), z.maximum(1)),
    note: text(200)
  }),
  z.object({ type: z.literal('done'), result: z.unknown() }),
  z.object({
    type: z.literal('failed'),
    failure: z.enum(['threw', 'time', 'memory', 'output', 'killed', 'broken']),
    message: text(1000)
  })
])
export type WorkerMessage = z.infer<typeof workerMessage>
