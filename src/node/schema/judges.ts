/**
 * A list of judges: agents whose judgement of others its author goes by, shared so that others may follow it. Everybody can read it. The
 * author's newest one stands.
 */
import * as z from 'zod/mini'
import { agentId, text } from './codec.ts'

/** The most agents on one list. */
export const MAX_JUDGES = 64
/** The largest body of a list; a header that says more is not one's. */
export const MAX_JUDGES_BYTES = 4096

/** What a list is called, for people to read. */
export const judgesName = text(60).check(z.refine((name) => name.trim() !== '', 'expected a name'))

/** The body of a `judges` entry. Its author must not be on it: that one's own word is for others to count or not. */
export const judges = z.strictObject({
  kind: z.literal('judges'),
  version: z.literal(1),
  name: judgesName,
  agents: z
    .array(agentId)
    .check(
      z.minLength(1),
      z.maxLength(MAX_JUDGES),
      z.refine((agents) => new Set(agents).size === agents.length, 'expected each agent once')
    )
})
export type Judges = z.infer<typeof judges>
