import { createValue } from './value.ts'

/** Whether the browser keeps the page itself, to open it without a network; null until it is known. */
export const offlineShell = createValue<{ problem: string | null } | null>(null)
