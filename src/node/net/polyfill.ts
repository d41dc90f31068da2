/**
 * `Promise.withResolvers` (ES2024) for Node 20, which libp2p needs. Import this before anything of libp2p.
 */
if (!('withResolvers' in Promise)) {
  Object.assign(Promise, {
    withResolvers<T>() {
      let resolve: ((value: T | PromiseLike<T>) => void) | undefined
      let reject: ((reason?: unknown) => void) | undefined
      const promise = new Promise<T>((onResolve, onReject) => {
        resolve = onResolve
        reject = onReject
      })
      return { promise, resolve, reject }
    }
  })
}

export {}
