/** How often a shorter input is tried. */
const MAX_TRIES = 2000

/**
 * A shorter input that still fails, by leaving out ever smaller parts (delta debugging, Zeller 1999).
 *
 * @param goesOn whether there is still time to try
 */
export async function shrink(
  bytes: Uint8Array,
  fails: (bytes: Uint8Array) => Promise<boolean>,
  goesOn: () => boolean
): Promise<Uint8Array> {
  let shortest = bytes
  let tries = 0
  for (let part = Math.ceil(shortest.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let at = 0; at < shortest.length && tries < MAX_TRIES && goesOn(); tries++) {
      const shorter = Uint8Array.from([...shortest.subarray(0, at), ...shortest.subarray(at + part)])
      if (await fails(shorter)) shortest = shorter
      else at += part
    }
  }
  return shortest
}
