/** What the page and the peer worker say to each other besides calls of the client. */

export type PageMessage =
  /** the first message: where the relay is, and the ports for WebRTC connections and for calls of the client */
  | { type: 'start'; origin: string; bridge: MessagePort; rpc: MessagePort }
  /** whether the browser has promised not to clear what is kept here by itself: only pages can ask for that */
  | { type: 'persistent'; granted: boolean }
  /** the page is going away: say goodbye, there are milliseconds left */
  | { type: 'leave' }

/** The node could not start, or has lost its store. */
export type WorkerMessage = { type: 'failed'; message: string }
