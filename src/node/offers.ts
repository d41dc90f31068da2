/**
 * What this agent offers: the skills that come with it and those that its operator has added, each of which
 * can be switched off. Declarations are kept alive while they are meant: said again at half of their life,
 * when what they say has changed, or when a better model tells whom they concern.
 */
import type { Adaptation } from './adapt/adaptation.ts'
import type { Declared } from './adapt/declarations.ts'
import { table } from './adapt/table.ts'
import { equalBytes } from './crypto/hash.ts'
import { encode, parse } from './schema/codec.ts'
import { capability as capabilitySchema, terms as termsSchema, type Capability, type Terms } from './schema/declaration.ts'
import type { Skill } from './skill/skills.ts'
import type { Changes } from './store/changes.ts'
import type { Locks } from './store/locks.ts'
import type { Operation, Store } from './store/store.ts'
import { createEmitter } from './support/emitter.ts'

export interface Offers {
  /** By id. */
  readonly skills: ReadonlyMap<string, Skill>
  /** Brings the declarations in line with what is switched on, and again when there is a model that tells them better. */
  start(): Promise<void>
  /** Brings the declarations in line with what is switched on. */
  renew(): Promise<void>
  /** The skill of that id, while it is offered. */
  offered(id: string): Skill | undefined
  set(skill: string, offered: boolean): Promise<void>
  /** On what terms a skill is offered, built-in ones too; kept. @throws RangeError when there is no such skill, InvalidBytesError for terms that are none */
  setTerms(skill: string, terms: Terms): Promise<void>
  /**
   * Keeps a skill of the operator's own, in place of one of that id, and offers it. Resolves to its declaration.
   *
   * @throws RangeError for a built-in id, or one too many, InvalidBytesError for a capability that is none
   */
  add(own: OwnSkill): Promise<Declared<Capability>>
  /** Takes a skill of the operator's own back and deletes it for good. @throws RangeError for a built-in id, or when there is none */
  remove(id: string): Promise<void>
  /** Our live declaration of a skill. */
  declared(skill: string): Declared<Capability> | undefined
  /** Called when what is kept was read again, because it may have changed, here or in another tab. */
  watch(listener: () => void): () => void
  close(): void
}

/** A skill of the operator's own, as it is kept. */
export interface OwnSkill {
  capability: Capability
  source: string
}

export interface OffersComponents {
  agent: string
  adaptation: Adaptation
  store: Store
  locks: Locks
  changes: Changes
  report: (error: unknown) => void
  builtIn: readonly Skill[]
  now: () => number
}

const KEY = 'switched-off'
const TERMS_KEY = 'terms'
const HALF_LIFE_MS = table.capability.lifeMs / 2
/** What lapses sooner is said again, however well it would be told. */
const LEAST_LEFT_MS = table.capability.lifeMs / 4
const MAX_OWN_SKILLS = 32

export function createOffers({ agent, adaptation, store, locks, changes, report, builtIn, now }: OffersComponents): Offers {
  const skills = new Map(builtIn.map((skill) => [skill.capability.id, skill]))
  const builtInSkills = new Map(skills)
  const { on, emit } = createEmitter<{ read: undefined }>()
  let switchedOff: readonly string[] = []

  const offered = (id: string) => (switchedOff.includes(id) ? undefined : skills.get(id))

  function declared(skill: string): Declared<Capability> | undefined {
    return adaptation.capabilities().find((one) => one.agent === agent && one.declaration.id === skill)
  }

  /** It says what we would say now, long enough, and to say it again would not tell it better. */
  async function fresh(live: Declared<Capability>, wanted: Capability): Promise<boolean> {
    const left = live.expiry - now()
    if (!equalBytes(encode(live.declaration), encode(wanted)) || left <= LEAST_LEFT_MS) return false
    const again = await adaptation.saidAgain(live.seq, wanted)
    // the model comes soon, as a rule, and what was told by it is not told by words meanwhile
    return left > HALF_LIFE_MS ? again !== 'better' : again === 'worse'
  }

  const readTerms = async (): Promise<Record<string, Terms>> => (await store.get<Record<string, Terms>>('settings', TERMS_KEY)) ?? {}

  /** All of it is put in place at once: who looks at it meanwhile sees no skill without its terms. */
  async function read(): Promise<void> {
    const [kept, off, allTerms] = await Promise.all([
      store.list<OwnSkill>('skills'),
      store.get<string[]>('settings', KEY),
      readTerms()
    ])
    const all = new Map(builtInSkills)
    for (const [id, { capability, source }] of kept) {
      if (!all.has(id)) all.set(id, { capability, author: 'you', source: () => Promise.resolve(source) })
    }
    switchedOff = off ?? []
    for (const id of skills.keys()) if (!all.has(id)) skills.delete(id)
    for (const [id, skill] of all) {
      const terms = allTerms[id]
      skills.set(id, terms === undefined ? skill : { ...skill, capability: { ...skill.capability, terms } })
    }
    emit('read', undefined)
  }

  /** Forgets what was said about a skill later than by its own declaration: that it is switched off, and other terms. */
  async function reset(id: string): Promise<Operation[]> {
    const otherTerms = Object.fromEntries(Object.entries(await readTerms()).filter(([of]) => of !== id))
    return [
      { put: 'settings', key: KEY, value: switchedOff.filter((one) => one !== id) },
      { put: 'settings', key: TERMS_KEY, value: otherTerms }
    ]
  }

  const stops = [
    changes.listen(({ what }) => {
      if (what === 'offers') read().catch(report)
    })
  ]

  async function renew(): Promise<void> {
    await locks.hold('starling-offers', async () => {
      await read()
      for (const { agent: author, seq, declaration } of adaptation.capabilities()) {
        if (author === agent && !skills.has(declaration.id)) await adaptation.withdraw(seq)
      }
      for (const [id, { capability }] of skills) {
        const live = declared(id)
        if (offered(id) === undefined) {
          if (live !== undefined) await adaptation.withdraw(live.seq)
        } else if (live === undefined) {
          await adaptation.declare(capability)
        } else if (!(await fresh(live, capability))) {
          await adaptation.replace(live.seq, capability)
        }
      }
    })
  }

  return {
    skills,
    async start() {
      stops.push(adaptation.onModel(() => void renew().catch(report)))
      await renew()
    },
    renew,
    offered,
    declared,
    async set(skill, on) {
      await read()
      if (!skills.has(skill)) throw new RangeError(`expected one of our skills, got ${skill}`)
      const next = on ? switchedOff.filter((one) => one !== skill) : [...new Set([...switchedOff, skill])]
      await store.commit([{ put: 'settings', key: KEY, value: next }])
      changes.tell({ what: 'offers' })
      await renew()
    },
    async setTerms(skill, terms) {
      const checked = parse(terms, termsSchema)
      await read()
      if (!skills.has(skill)) throw new RangeError(`expected one of our skills, got ${skill}`)
      const all = { ...(await readTerms()), [skill]: checked }
      await store.commit([{ put: 'settings', key: TERMS_KEY, value: all }])
      changes.tell({ what: 'offers' })
      await renew()
    },
    async add({ capability, source }) {
      const own: OwnSkill = { capability: parse(capability, capabilitySchema), source }
      const { id } = own.capability
      await read()
      if (builtInSkills.has(id)) throw new RangeError(`“${id}” is a skill that comes with Starling: choose another id`)
      if (!skills.has(id) && skills.size - builtInSkills.size >= MAX_OWN_SKILLS) {
        throw new RangeError(`At most ${MAX_OWN_SKILLS} skills of your own can be kept`)
      }
      await store.commit([{ put: 'skills', key: id, value: own }, ...(await reset(id))])
      changes.tell({ what: 'offers' })
      await renew()
      const live = declared(id)
      if (live === undefined) throw new Error(`“${id}” was kept, but could not be declared`)
      return live
    },
    async remove(id) {
      await read()
      if (builtInSkills.has(id)) throw new RangeError(`“${id}” comes with Starling and can’t be deleted: switch it off`)
      if (!skills.has(id)) throw new RangeError(`expected a skill of your own, got ${id}`)
      await store.commit([{ delete: 'skills', key: id }, ...(await reset(id))])
      changes.tell({ what: 'offers' })
      await renew()
    },
    watch: (listener) => on('read', listener),
    close() {
      for (const stop of stops) stop()
    }
  }
}
