/** The worker that checks signatures for the peer, so that batches of headers don't hold up what people do. */
import { createVerifier } from '../node/crypto/verifier.ts'
import { unpackBatch, type VerifyReply, type VerifyRequest } from './verify-messages.ts'

const verifier = createVerifier()

addEventListener('message', ({ data: { id, batch } }: MessageEvent<VerifyRequest>) => {
  verifier.verify(unpackBatch(batch)).then(
    (holds) => postMessage({ id, holds: Uint8Array.from(holds, Number) } satisfies VerifyReply),
    (error: unknown) => postMessage({ id, error: String(error) } satisfies VerifyReply)
  )
})
