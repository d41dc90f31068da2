/** For tests: a capability that says nothing but what matters to them. */
import type { Capability } from '../../schema/declaration.ts'

export const aCapability = (parts: Partial<Capability> = {}): Capability => ({
  kind: 'capability',
  id: 'a',
  name: '',
  description: '',
  tags: [],
  examples: [],
  inputModes: [],
  outputModes: [],
  program: '0'.repeat(64),
  limits: { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 },
  ...parts
})
