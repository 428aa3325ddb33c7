import { type Conversation, type Head, headOf } from './conversation.ts'

/** Where conversations are kept: this browser's own database, on this machine. Every call rejects when it refuses. */
export type ConversationStorage = {
  readonly heads: () => Promise<readonly Head[]>
  readonly read: (id: string) => Promise<Conversation | undefined>
  readonly write: (conversation: Conversation) => Promise<void>
  readonly remove: (id: string) => Promise<void>
}

const databaseName = 'slipway.playground'
const version = 1
const headsStore = 'heads'
const conversationsStore = 'conversations'

/** Heads lie apart from conversations: a list of a thousand is read without their answers. Both change in one transaction. */
export function indexedDbStorage(): ConversationStorage {
  let opened: Promise<IDBDatabase> | undefined
  const database = () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
  const change = async (work: (heads: IDBObjectStore, conversations: IDBObjectStore) => void): Promise<void> => {
    const transaction = (await database()).transaction([headsStore, conversationsStore], 'readwrite')
    work(transaction.objectStore(headsStore), transaction.objectStore(conversationsStore))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error ?? new Error('The browser refused to store it.'))
    })
  }
  return {
    heads: async () => {
      const store = (await database()).transaction(headsStore).objectStore(headsStore)
      return answerOf<Head[]>(store.getAll())
    },
    read: async id => {
      const store = (await database()).transaction(conversationsStore).objectStore(conversationsStore)
      return answerOf<Conversation | undefined>(store.get(id))
    },
    write: conversation =>
      change((heads, conversations) => {
        heads.put(headOf(conversation))
        conversations.put(conversation)
      }),
    remove: id =>
      change((heads, conversations) => {
        heads.delete(id)
        conversations.delete(id)
      }),
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, version)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(headsStore, { keyPath: 'id' })
      request.result.createObjectStore(conversationsStore, { keyPath: 'id' })
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

const answerOf = <T>(request: IDBRequest): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T)
    request.onerror = () => reject(request.error)
  })
