/**
 * Which shards this node keeps and takes part in: those of the leaves that its interests are in, and the record of the
 * slice that its own key falls in, each followed as deep as the authors heard of suggest; and the record of authors that
 * it has an interest in, as deep as its own.
 */
import type { HeaderItem } from '../log/header-index.ts'
import type { Logs } from '../log/log.ts'
import type { Clock } from '../support/clock.ts'
import { keepNewest } from '../support/keep-newest.ts'
import { createCrowds, nextDepth, usualDepth, type Halves } from './depth.ts'
import type { Interests } from './interests.ts'
import { RECORD_BITS, keyPrefix, meaningShard, recordShard, shardModel, shardsAround, topicOf, type Codebook, type Shard } from './shards.ts'

export interface Regions {
  /** The shards whose headers are all held here, as far as we can. */
  kept(): Shard[]
  /** The shards whose topics we take part in: the kept ones, and of our own those that they are halves of, and their halves. */
  followed(): Shard[]
  /** How deep the shards of a leaf are followed, or would be. */
  depthAt(leaf: number): number
  recordDepth(): number
  /** Takes note of the shards that a peer says it keeps. */
  hear(peer: string, shards: readonly Shard[]): void
  /** Looks at interests and authors again. @returns whether anything is followed otherwise than before */
  update(): boolean
}

/** The most leaves that are followed; each stands for up to four topics. */
const MAX_LEAVES = 8
/**
 * The most authors whose records are kept besides. Each stands for one topic: what an author tells in the one next to it, because it
 * judges the depth otherwise, comes by reconciliation.
 */
const MAX_AUTHORS = 9
/** How long a depth is listened at before it may be found to be deserted. */
const LISTEN_MS = 2 * 60_000
/** Peers whose depths are remembered. */
const MAX_TOLD = 32

interface Region {
  /** null: the record */
  leaf: number | null
  depth: number
  since: number
}

export interface RegionsComponents {
  logs: Pick<Logs, 'index'>
  clock: Clock
  codebook: Codebook
  interests: Pick<Interests, 'sketches' | 'authors'>
}

export interface RegionsInit {
  /** our agent's public key */
  self: Uint8Array
  /** the depths to begin at, of meaning and of the record */
  depth: number
  recordDepth: number
  /** whether we keep a slice of the record */
  record: boolean
}

export function createRegions(
  { logs, clock, codebook, interests }: RegionsComponents,
  { self, depth, recordDepth, record }: RegionsInit
): Regions {
  const own = keyPrefix(self)
  const leafBits = codebook.leafBits
  const recordRegion: Region = { leaf: null, depth: Math.min(recordDepth, RECORD_BITS), since: clock.now() }
  let meaning: Region[] = []
  /** the first bits of the keys of authors whose records are kept besides */
  let authors: number[] = []
  /** depths that peers say they keep shards at */
  const told = new Map<string, { meaning: number | null; record: number | null }>()
  const began = clock.now()

  const deepest = ({ leaf }: Region) => (leaf === null ? RECORD_BITS : leafBits)
  const regions = (): Region[] => (record ? [...meaning, recordRegion] : meaning)

  function shardAt({ leaf }: Region, at: number): Shard {
    return leaf === null ? recordShard(own, at) : meaningShard(codebook, leaf, at)
  }

  function leaves(): number[] {
    const sketches = interests.sketches().filter(([model]) => shardModel(model) === codebook.model)
    const found = new Set<number>()
    // what each is nearest to comes before what each is next nearest to
    for (let i = 0; i < 4; i++) for (const [, , named] of sketches) for (const leaf of named.slice(i, i + 1)) found.add(leaf)
    // who has no interests helps to keep what its key falls in
    if (found.size === 0) found.add(own >>> (16 - leafBits))
    return [...found].slice(0, MAX_LEAVES)
  }

  /** The followed leaf that shares the longest prefix with this one. */
  function nearest(leaf: number): Region | undefined {
    const distance = (region: Region) => leaf ^ (region.leaf ?? 0)
    return meaning.reduce<Region | undefined>(
      (best, region) => (best === undefined || distance(region) < distance(best) ? region : best),
      undefined
    )
  }

  function followInterests(): boolean {
    const wanted = leaves()
    if (wanted.length === meaning.length && wanted.every((leaf, i) => meaning[i]?.leaf === leaf)) return false
    meaning = wanted.map(
      (leaf) =>
        meaning.find((region) => region.leaf === leaf) ?? {
          leaf,
          depth: nearest(leaf)?.depth ?? Math.min(depth, leafBits),
          since: clock.now()
        }
    )
    return true
  }

  function followAuthors(): boolean {
    const wanted = record ? [...new Set(interests.authors().slice(0, MAX_AUTHORS).map(keyPrefix))] : []
    if (wanted.join() === authors.join()) return false
    authors = wanted
    return true
  }

  /** Keys are as good as drawn by lot: how crowded our own slice is, is how crowded another is. */
  const authorShards = (): Shard[] => authors.map((key) => recordShard(key, recordRegion.depth))

  function halvesOf(region: Region, item: HeaderItem): Halves {
    const bits = region.leaf === null ? RECORD_BITS : leafBits
    const rest = bits - region.depth
    const half = (value: number, around: number): Halves => {
      if (value >>> rest !== around >>> rest) return 0
      return rest > 0 && ((value >>> (rest - 1)) & 1) === 1 ? 2 : 1
    }
    if (region.leaf === null) return half(item.prefix, own)
    if (shardModel(item.model) !== codebook.model) return 0
    let halves = 0
    for (const leaf of item.leaves) halves |= half(leaf, region.leaf)
    return halves as Halves
  }

  function followCrowds(): boolean {
    const all = regions()
    const { crowds, see } = createCrowds(all.length)
    const now = clock.now()
    logs.index.authorsUnder((item) => {
      all.forEach((region, i) => see(i, item.author, halvesOf(region, item)))
      // it is counted here: the index shall go on to the author's other headers
      return false
    }, now)
    let changed = false
    all.forEach((region, i) => {
      const crowd = crowds[i]
      if (crowd === undefined) return
      const next = nextDepth(region.depth, crowd, deepest(region), now - region.since >= LISTEN_MS)
      if (next === region.depth) return
      region.depth = next
      region.since = now
      changed = true
    })
    return changed
  }

  /** Who has just begun and is higher up than all others would hear nothing: it begins where they are. */
  function followOthers(): boolean {
    if (clock.now() - began >= LISTEN_MS) return false
    let changed = false
    for (const region of regions()) {
      const kind = region.leaf === null ? 'record' : 'meaning'
      const usual = usualDepth([...told.values()].flatMap((depths) => depths[kind] ?? []))
      if (usual === null || usual <= region.depth) continue
      region.depth = Math.min(usual, deepest(region))
      region.since = clock.now()
      changed = true
    }
    return changed
  }

  function distinct(shards: Shard[]): Shard[] {
    return [...new Map(shards.map((shard) => [topicOf(shard), shard])).values()]
  }

  followInterests()
  followAuthors()
  return {
    kept: () => distinct([...regions().map((region) => shardAt(region, region.depth)), ...authorShards()]),
    followed: () =>
      distinct([...regions().flatMap((region) => shardsAround(shardAt(region, region.depth), deepest(region))), ...authorShards()]),
    depthAt: (leaf) => nearest(leaf)?.depth ?? depth,
    recordDepth: () => recordRegion.depth,
    hear(peer, shards) {
      const depths = (of: Shard['of']) => shards.filter((shard) => shard.of === of).map((shard) => shard.depth)
      const most = (list: number[]) => (list.length === 0 ? null : Math.max(...list))
      told.delete(peer)
      told.set(peer, { meaning: most(depths('meaning')), record: most(depths('record')) })
      keepNewest(told, MAX_TOLD)
    },
    update() {
      // one after the other, whatever each says
      const changes = [followInterests(), followAuthors(), followOthers(), followCrowds()]
      return changes.includes(true)
    }
  }
}
