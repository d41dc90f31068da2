/**
 * A capability out of what our operator says of it. Pure.
 */
import type { CapabilityInput } from '../client.ts'
import type { Capability, Limits } from '../schema/declaration.ts'

const defaultLimits: Limits = { ms: 30_000, memoryBytes: 48 * 2 ** 20, inputBytes: 8 * 2 ** 20, outputBytes: 2 ** 20 }

/**
 * What was said of a capability, with sensible values for what was not. It is not checked here.
 *
 * @param program hash of what does it, hex
 */
export function capabilityOf(said: Omit<CapabilityInput, 'source'>, program: string): Capability {
  return {
    description: '',
    tags: [],
    examples: [],
    inputModes: ['text/plain'],
    outputModes: ['application/json'],
    limits: defaultLimits,
    ...said,
    kind: 'capability',
    program
  }
}
