/**
 * Who is connected with whom, as presence and the dial loop (`net/`) bring it about: each peer dials half of its
 * degree, of these a third at random and the others to peers that share a shard in which it has few; lost connections are made
 * again; of those through which nothing useful comes one is let go now and then.
 */
import { oneToLetGo } from '../src/node/net/dial-choice.ts'
import { below, shuffle, type Random } from './random.ts'
import type { Member, World } from './world.ts'

/** Who takes part in which topics: as it is, or as it will be. */
export interface Rolls {
  of(member: Member): Iterable<string>
  on(topic: string): readonly Member[]
}

export interface TopologyInit {
  /** connections that a peer has, about */
  degree: number
  /** whether a peer keeps places for those that it dials itself; default true */
  reserve?: boolean
  /** whether those through which nothing comes are let go; default true */
  rotation?: boolean
}

export interface Topology {
  /** Connects everybody, as a network that has been there for long, by the topics that they will take part in. */
  build(rolls: Rolls): void
  /** Sees to a peer's connections from now on. */
  tend(member: Member): void
  /** Connects a peer soon with one that takes part in a topic, if it knows fewer than `least`. */
  seek(member: Member, topic: string, least: number): void
  /** Takes a peer off the network, and lets it come back. */
  leave(member: Member): void
  comeBack(member: Member): void
  /** Whether a peer was off the network at a time. */
  wasAway(member: Member, at: number): boolean
  /** Cuts all links between two sides, and joins what was cut after a time. */
  cut(side: (member: Member) => boolean): { heal(withinMs: number): void }
  /** A connection asked for by somebody who does not care for degrees. @returns whether there was a place */
  intrude(from: Member, to: Member): boolean
}

/** As in `net/dial-loop.ts` and `net/dial-choice.ts`. */
const IN_SHARD = 6
const REPLACE_MS = 5 * 60_000
const TRIAL_MS = 5 * 60_000
const LOOK_MS = 1500
const SEEK_TRIES = 8
/** Places beyond those, for peers of topics that are sought. */
const SOUGHT_PLACES = 2
/** Places for those who dial us, for each that we dial ourselves. */
const INBOUND = 4 / 3

export function createTopology(world: World, rolls: Rolls, random: Random, init: TopologyInit): Topology {
  const { engine, members } = world
  const { degree, reserve = true, rotation = true } = init
  const dialled = Math.ceil(degree / 2)
  const places = Math.ceil(dialled * (1 + INBOUND))
  const inboundPlaces = reserve ? places - dialled : places
  const tended = new Set<Member>()
  const looking = new Set<Member>()
  const absences: Array<{ member: Member; from: number; to: number }> = []
  let sides: ((member: Member) => boolean) | null = null

  const countOut = (member: Member): number => {
    let count = 0
    for (const link of member.links.values()) if (link.outbound) count++
    return count
  }

  /** @param extra places that the one who dials has besides */
  function mayJoin(from: Member, to: Member, extra = 0): boolean {
    if (!from.up || !to.up || from === to || from.links.has(to.index)) return false
    if (sides !== null && sides(from) !== sides(to)) return false
    return from.links.size < places + extra && to.links.size < places && to.links.size - countOut(to) < inboundPlaces
  }

  function dial(from: Member, to: Member | undefined, extra = 0): boolean {
    return to !== undefined && mayJoin(from, to, extra) && world.connect(from, to)
  }

  const anybody = (): Member | undefined => members[below(random, members.length)]

  /** Somebody in the shard in which this peer has fewest, when these are too few. */
  function sharer(member: Member, { of, on }: Rolls): Member | undefined {
    const counts = new Map<string, number>()
    for (const name of of(member)) counts.set(name, 0)
    for (const { other } of member.links.values()) {
      for (const name of of(other)) {
        const count = counts.get(name)
        if (count !== undefined) counts.set(name, count + 1)
      }
    }
    let scarcest: string | null = null
    let least = IN_SHARD
    for (const [name, count] of counts) {
      if (count >= least || count >= on(name).length - 1) continue
      scarcest = name
      least = count
    }
    if (scarcest === null) return undefined
    const there = on(scarcest)
    return there[below(random, there.length)]
  }

  function look(member: Member, by: Rolls): void {
    looking.delete(member)
    if (!member.up) return
    let missing = dialled - countOut(member)
    for (let tries = 0; missing > 0 && tries < 4 * dialled; tries++) {
      // every third place is for a random peer, so that a shard full of adversaries is not all that there is
      const other = missing % 3 === 0 ? anybody() : (sharer(member, by) ?? anybody())
      if (dial(member, other)) missing--
    }
  }

  function lookSoon(member: Member): void {
    if (!tended.has(member) || looking.has(member)) return
    looking.add(member)
    engine.after(random() * LOOK_MS, () => look(member, rolls))
  }

  /** Lets one of the least useful go; the next look takes another. */
  function replace(member: Member): void {
    engine.after(REPLACE_MS * (0.75 + random() / 2), () => replace(member))
    if (!member.up) return
    const all = [...member.links.values()]
    const usefulness = member.usefulness
    const rated = all.map((link) => ({ link, useful: usefulness?.of(link.other.peer) ?? 0 }))
    const full = countOut(member) >= dialled
    const crowded = all.length - countOut(member) >= inboundPlaces
    const replaceable = rated.filter(
      ({ link }) => (link.outbound ? full : crowded) && engine.now() - link.since >= TRIAL_MS && link.streams.size === 0
    )
    const gone = oneToLetGo(rated, replaceable, random)
    if (gone !== undefined) world.disconnect(member, gone.link.other)
  }

  world.onDisconnect((member, link) => {
    if (link.outbound) lookSoon(member)
  })

  return {
    build(expected) {
      for (const member of shuffle(random, [...members])) look(member, expected)
    },
    tend(member) {
      tended.add(member)
      if (rotation) engine.after(random() * REPLACE_MS, () => replace(member))
    },
    seek(member, topic, least) {
      engine.after(random() * LOOK_MS, () => {
        const there = rolls.on(topic)
        if (!member.up || [...member.links.values()].filter(({ other }) => other.topics.has(topic)).length >= least) return
        for (let tries = 0; tries < SEEK_TRIES && there.length > 0; tries++) {
          if (dial(member, there[below(random, there.length)], SOUGHT_PLACES)) return
        }
      })
    },
    leave(member) {
      for (const { other } of [...member.links.values()]) world.disconnect(member, other)
      member.up = false
      absences.push({ member, from: engine.now(), to: Infinity })
    },
    comeBack(member) {
      member.up = true
      for (const absence of absences) if (absence.member === member) absence.to = Math.min(absence.to, engine.now())
      lookSoon(member)
    },
    wasAway: (member, at) => absences.some((one) => one.member === member && one.from <= at && at <= one.to),
    cut(side) {
      sides = side
      const lost: Array<[Member, Member]> = []
      for (const member of members) {
        for (const link of [...member.links.values()]) {
          if (side(member) === side(link.other)) continue
          lost.push(link.outbound ? [member, link.other] : [link.other, member])
          world.disconnect(member, link.other)
        }
      }
      return {
        heal(withinMs) {
          sides = null
          for (const [from, to] of lost) engine.after(random() * withinMs, () => dial(from, to))
        }
      }
    },
    intrude: (from, to) => mayJoin(from, to) && world.connect(from, to)
  }
}
