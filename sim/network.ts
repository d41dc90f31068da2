/** `Network` (`net/network.ts`) for a simulated peer. */
import type { Network } from '../src/node/net/network.ts'
import { createUsefulness } from '../src/node/net/usefulness.ts'
import { createStreams, indexOf } from './streams.ts'
import { createTopics, type Topics } from './topics.ts'
import type { Member, World } from './world.ts'

export interface SimNetworks {
  readonly topics: Topics
  of(member: Member): Network
}

/** @param seek has a peer look for another that takes part in a topic */
export function createNetworks(world: World, seek: (member: Member, topic: string, least: number) => void = () => undefined): SimNetworks {
  const { engine } = world
  const topics = createTopics(world)
  const opener = createStreams(world)

  return {
    topics,
    of(member) {
      const linkTo = (peer: string) => member.links.get(indexOf(peer))
      return {
        peer: member.peer,
        async start() {},
        async stop() {
          for (const { other } of [...member.links.values()]) world.disconnect(member, other)
        },
        status() {
          const connections = [...member.links.values()].map(({ other, latency }) => ({
            peer: other.peer,
            address: `/sim/${other.peer}`,
            direct: true,
            rttMs: 2 * latency
          }))
          return {
            state: connections.length > 0 ? 'direct' : 'looking',
            reason: '',
            peer: member.peer,
            relay: true,
            connections
          }
        },
        handle: (protocol, options, handler) => void member.handlers.set(protocol, { options, handler }),
        open: opener(member),
        subscribe: (topic, handler) => topics.subscribe(member, topic, handler),
        async publish(topic, message) {
          engine.touch()
          return topics.publish(member, topic, message)
        },
        subscribers(topic) {
          const peers: string[] = []
          for (const { other } of member.links.values()) if (other.topics.has(topic)) peers.push(other.peer)
          return peers
        },
        seek: (topic, least = 1) => seek(member, topic, least),
        // nobody insists on anything
        guard: () => undefined,
        shown: () => undefined,
        reconsider: () => undefined,
        penalise(peer, _reason, points) {
          const link = linkTo(peer)
          if (link !== undefined) world.penalise(member, link.other, points)
        },
        useful(peer) {
          if (linkTo(peer) === undefined) return
          member.usefulness ??= createUsefulness(engine.now)
          member.usefulness.add(peer)
        },
        // counted for all together, by the world
        bytesByProtocol: () => ({}),
        on: member.emitter.on
      }
    }
  }
}
