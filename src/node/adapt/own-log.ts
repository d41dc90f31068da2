/** What we say to everybody: an entry in our log, whose header is announced at once, or when somebody is there. */
import type { AgentKey } from '../crypto/keys.ts'
import type { Gossip } from '../gossip/gossip.ts'
import type { AppendOptions, Entry, Logs } from '../log/log.ts'
import { parse } from '../schema/codec.ts'
import { declaration, type Declaration } from '../schema/declaration.ts'
import type { EntryKind } from '../schema/header.ts'
import type { Meaning } from './meaning.ts'
import { table } from './table.ts'

/** Writes an entry to our log and has its header announced. Resolves when it is kept. */
export type Append = (kind: EntryKind, body: unknown, options: AppendOptions) => Promise<Entry>

export interface OwnLog {
  /**
   * Says what we can do, want or insist on. Resolves when it is kept; it is announced at once, or when somebody is there.
   *
   * @throws InvalidBytesError when it is no declaration
   */
  declare(said: Declaration): Promise<Entry>
  withdraw(seq: number): Promise<Entry>
  /** Writes what concerns a contract to our log. Its header is announced; its body is for the parties. */
  record(kind: Extract<EntryKind, 'contract' | 'outcome'>, body: unknown, options?: AppendOptions): Promise<Entry>
}

export interface OwnLogAppending extends OwnLog {
  append: Append
}

export interface OwnLogComponents {
  key: AgentKey
  logs: Pick<Logs, 'append' | 'header'>
  gossip: Pick<Gossip, 'announce'>
  meaning: Pick<Meaning, 'sketch'>
  now: () => number
}

export function createOwnLog({ key, logs, gossip, meaning, now }: OwnLogComponents): OwnLogAppending {
  const append: Append = async (kind, body, options) => {
    const entry = await logs.append(key, kind, body, options)
    await gossip.announce(entry.bytes)
    return entry
  }

  return {
    append,

    async declare(said) {
      const checked = parse(said, declaration)
      const sketch = await meaning.sketch(checked)
      return append(checked.kind, checked, {
        expiry: now() + table[checked.kind].lifeMs,
        ...(sketch === null ? {} : { sketch })
      })
    },

    async withdraw(seq) {
      // it has to reach those whom the declaration has reached
      const sketch = (await logs.header(key.agent, seq))?.header.sketch ?? null
      return append('withdrawal', { kind: 'withdrawal', seq }, sketch === null ? {} : { sketch })
    },

    record: (kind, body, options = {}) => append(kind, body, options)
  }
}
