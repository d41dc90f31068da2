/**
 * What a node calls itself to whoever it is connected to (`agentVersion` of identify): the same for all, relays too. libp2p would say its
 * own version and, in a browser, the whole user agent, by which profiles of one device can be told to be one's.
 */
const VERSION = '1.0.0'
export const NODE_INFO = { name: 'starling', version: VERSION, userAgent: `starling/${VERSION}` }
