/** Whether this browser can run an agent. Each test does what the agent will do, and nothing more. */

export type Lack = 'secure' | 'workers' | 'keys' | 'connections'

/** What is missing, in the order in which people can do something about it; empty when all is there. */
export async function missing(): Promise<Lack[]> {
  if (!globalThis.isSecureContext) return ['secure']
  const lacks: Lack[] = []
  if (typeof Worker !== 'function') lacks.push('workers')
  if (!(await makesKeys())) lacks.push('keys')
  if (!transfersChannels()) lacks.push('connections')
  return lacks
}

async function makesKeys(): Promise<boolean> {
  try {
    await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])
    return true
  } catch {
    return false
  }
}

/** A data channel can be handed to a worker: tried on a port, in the turn in which the channel is made. */
function transfersChannels(): boolean {
  if (typeof RTCPeerConnection !== 'function') return false
  const connection = new RTCPeerConnection()
  const { port1 } = new MessageChannel()
  try {
    const channel = connection.createDataChannel('probe')
    port1.postMessage(channel, [channel])
    return true
  } catch {
    return false
  } finally {
    port1.close()
    connection.close()
  }
}

/** What a lack means, in words. */
export function lackWords(lacks: readonly Lack[]): { what: string; todo: string } {
  if (lacks.includes('secure')) {
    return {
      what: 'This page was opened over an insecure address. Browsers give keys and workers to secure pages only.',
      todo: 'Open the address that begins with https://, or http://localhost on the same machine.'
    }
  }
  const parts: Record<Exclude<Lack, 'secure'>, string> = {
    workers: 'run an agent beside the page (workers)',
    keys: 'make an agent’s key (Ed25519 in WebCrypto)',
    connections: 'hand direct connections to the agent (transferable WebRTC data channels)'
  }
  const named = lacks.flatMap((lack) => (lack === 'secure' ? [] : [parts[lack]]))
  return {
    what: `This browser can’t ${named.join(', nor ')}. Starling needs that.`,
    todo:
      'Bring the browser up to date, or open this page in a current Chrome or Edge; Firefox and Safari are not tried yet. ' +
      'Where a company manages the browser, WebRTC may be switched off.'
  }
}
