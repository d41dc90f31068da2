/** What may be on its way on a framed stream, on both sides alike. */

/**
 * Credit that a side has before the reader has taken anything. More would make what is said on other streams wait longer behind what
 * is on its way on this one, and three of the longest messages fit: fewer would leave a pause after each.
 */
export const WINDOW_BYTES = 192 * 1024
/** What was taken is given back when it is so much: a sender that waits for half of the window would have to have that on its way. */
export const GIVE_BACK_BYTES = 32 * 1024
/** What a message costs besides its bytes: about what it takes up here while it waits to be read. */
const MESSAGE_COST = 128

/** The credit that a message of so many bytes takes. */
export function costOf(bytes: number): number {
  return bytes + MESSAGE_COST
}
