/**
 * Names that follow from a key: a colour and a bird, such as “Amber Heron”, the same for everyone who sees
 * that agent. They help memory and prove nothing: there are a few thousand of them, so two agents can share
 * one. Where it matters the end of the key stands beside the name.
 */
import { seedOf } from './seed.ts'

/** Colour words with the hue (degrees) and the share of colour (0 to 1) that the picture takes from them. */
const colours: ReadonlyArray<readonly [word: string, hue: number, chroma: number]> = [
  ['Amber', 38, 0.9], ['Apricot', 28, 0.8], ['Ash', 220, 0.15], ['Azure', 210, 0.85], ['Barley', 44, 0.5],
  ['Beryl', 168, 0.6], ['Blue', 215, 0.75], ['Brass', 46, 0.65], ['Bronze', 32, 0.6], ['Cedar', 14, 0.5],
  ['Chalk', 210, 0.12], ['Cherry', 350, 0.75], ['Cinder', 250, 0.14], ['Clay', 18, 0.55], ['Cobalt', 222, 0.85],
  ['Copper', 22, 0.75], ['Coral', 8, 0.8], ['Crimson', 352, 0.8], ['Dusk', 262, 0.4], ['Ebony', 260, 0.12],
  ['Emerald', 150, 0.7], ['Fern', 112, 0.5], ['Flint', 205, 0.2], ['Frost', 196, 0.4], ['Ginger', 26, 0.8],
  ['Golden', 44, 0.9], ['Hazel', 34, 0.5], ['Heather', 290, 0.4], ['Indigo', 244, 0.6], ['Iris', 266, 0.6],
  ['Ivory', 48, 0.25], ['Jade', 158, 0.55], ['Juniper', 178, 0.4], ['Lilac', 282, 0.5], ['Lime', 82, 0.7],
  ['Linen', 40, 0.25], ['Mallow', 312, 0.5], ['Maple', 12, 0.7], ['Marble', 200, 0.14], ['Mint', 160, 0.5],
  ['Misty', 204, 0.25], ['Moss', 92, 0.5], ['Ochre', 40, 0.75], ['Olive', 66, 0.5], ['Opal', 190, 0.35],
  ['Pearl', 30, 0.16], ['Pine', 164, 0.5], ['Plum', 306, 0.5], ['Poppy', 4, 0.85], ['Quartz', 336, 0.3],
  ['Rose', 342, 0.65], ['Ruby', 346, 0.8], ['Russet', 16, 0.65], ['Saffron', 42, 0.95], ['Sage', 104, 0.35],
  ['Sand', 42, 0.4], ['Scarlet', 2, 0.85], ['Silver', 214, 0.16], ['Slate', 216, 0.25], ['Teal', 182, 0.7],
  ['Topaz', 48, 0.8], ['Umber', 24, 0.45], ['Violet', 272, 0.65], ['Willow', 88, 0.4]
]

const birds: readonly string[] = [
  'Avocet', 'Bittern', 'Blackbird', 'Bluetit', 'Bulbul', 'Bunting', 'Bustard', 'Cardinal', 'Chickadee', 'Chiffchaff',
  'Coot', 'Cormorant', 'Crane', 'Crossbill', 'Cuckoo', 'Curlew', 'Dipper', 'Dotterel', 'Dove', 'Dunlin', 'Dunnock',
  'Eider', 'Egret', 'Falcon', 'Fieldfare', 'Finch', 'Firecrest', 'Flicker', 'Fulmar', 'Gannet', 'Godwit', 'Goldcrest',
  'Goshawk', 'Grebe', 'Grouse', 'Gull', 'Harrier', 'Heron', 'Hobby', 'Hoopoe', 'Ibis', 'Jackdaw', 'Jay', 'Kestrel',
  'Kingfisher', 'Kinglet', 'Kite', 'Knot', 'Lapwing', 'Lark', 'Linnet', 'Loon', 'Lorikeet', 'Magpie', 'Mallard',
  'Martin', 'Merlin', 'Moorhen', 'Nightjar', 'Nuthatch', 'Oriole', 'Osprey', 'Ouzel', 'Owl', 'Partridge', 'Pelican',
  'Petrel', 'Phoebe', 'Pintail', 'Pipit', 'Plover', 'Ptarmigan', 'Puffin', 'Quail', 'Rail', 'Raven', 'Redpoll',
  'Redstart', 'Robin', 'Roller', 'Rook', 'Sanderling', 'Sandpiper', 'Serin', 'Shelduck', 'Shoveler', 'Shrike', 'Siskin',
  'Skylark', 'Snipe', 'Sparrow', 'Spoonbill', 'Stilt', 'Stonechat', 'Stork', 'Swallow', 'Swan', 'Swift', 'Tanager',
  'Teal', 'Tern', 'Thrush', 'Towhee', 'Turnstone', 'Vireo', 'Wagtail', 'Warbler', 'Waxwing', 'Wheatear', 'Whimbrel',
  'Whinchat', 'Wigeon', 'Woodlark', 'Wren', 'Wryneck', 'Yellowhammer'
]

/** The colour that an agent's name speaks of. */
export function colourOf(agent: string): { word: string; hue: number; chroma: number } {
  const colour = colours[seedOf(`colour ${agent}`) % colours.length]
  return colour === undefined ? { word: 'Grey', hue: 0, chroma: 0 } : { word: colour[0], hue: colour[1], chroma: colour[2] }
}

/** An agent's two-word name, from its key alone. */
export function nameOf(agent: string): string {
  return `${colourOf(agent).word} ${birds[seedOf(`bird ${agent}`) % birds.length] ?? 'Bird'}`
}

/** The end of an agent's key, to tell apart two that share a name. */
export function keyTail(agent: string): string {
  return `…${agent.slice(-6)}`
}
