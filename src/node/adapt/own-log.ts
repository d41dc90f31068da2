/** What we say to everybody: an entry in our log, whose header is announced at once, or when somebody is there. */
import type { AgentKey } from '../crypto/keys.ts'
import type { Gossip } from '../gossip/gossip.ts'
import type { AppendOptions, Entry, Logs } from '../log/log.ts'
import { parse } from '../schema/codec.ts'
import { declaration, type Declaration } from '../schema/declaration.ts'
import type { EntryKind, Sketch } from '../schema/header.ts'
import { sameSketch } from '../semantic/sketch.ts'
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
  /**
   * Says it in place of what was said before: who has heard of that by its sketch, and does not hear of what is said now, hears that
   * it does not hold any more.
   *
   * @param seq of what was said before
   * @throws InvalidBytesError when it is no declaration
   */
  replace(seq: number, said: Declaration): Promise<Entry>
  /** Whether saying it again would tell it to better whom it concerns, by a better model than when it was said, or worse. */
  saidAgain(seq: number, said: Declaration): Promise<'better' | 'as well' | 'worse'>
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
  meaning: Pick<Meaning, 'sketch' | 'isBest' | 'knowsBest'>
  now: () => number
}

export function createOwnLog({ key, logs, gossip, meaning, now }: OwnLogComponents): OwnLogAppending {
  const append: Append = async (kind, body, options) => {
    const entry = await logs.append(key, kind, body, options)
    await gossip.announce(entry.bytes)
    return entry
  }

  const sketchOf = async (seq: number): Promise<Sketch | null> => (await logs.header(key.agent, seq))?.header.sketch ?? null

  async function declare(said: Declaration): Promise<Entry> {
    const checked = parse(said, declaration)
    const sketch = await meaning.sketch(checked)
    return append(checked.kind, checked, {
      expiry: now() + table[checked.kind].lifeMs,
      ...(sketch === null ? {} : { sketch })
    })
  }

  async function withdraw(seq: number): Promise<Entry> {
    // it has to reach those whom the declaration has reached
    const sketch = await sketchOf(seq)
    return append('withdrawal', { kind: 'withdrawal', seq }, sketch === null ? {} : { sketch })
  }

  return {
    append,
    declare,
    withdraw,

    async replace(seq, said) {
      const entry = await declare(said)
      const [before, after] = [await sketchOf(seq), entry.header.sketch]
      if (before !== null && (after === null || !sameSketch(before, after))) await withdraw(seq)
      return entry
    },

    async saidAgain(seq, said) {
      const before = await sketchOf(seq)
      const [was, is] = [before !== null && meaning.isBest(before), meaning.knowsBest(said)]
      return was === is ? 'as well' : is ? 'better' : 'worse'
    },

    record: (kind, body, options = {}) => append(kind, body, options)
  }
}
