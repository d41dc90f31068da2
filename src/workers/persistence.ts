/**
 * Asks the browser not to clear what is kept here when the device runs full, the agent's key too. It may ask its user, who may take
 * any time.
 *
 * @returns whether it has promised, now or before
 */
export async function askForPersistence(storage: Pick<StorageManager, 'persisted' | 'persist'> = navigator.storage): Promise<boolean> {
  return (await storage.persisted()) || storage.persist()
}
