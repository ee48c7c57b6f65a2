import { setTimeout as wait } from 'node:timers/promises'
import type { VNode } from 'preact'
import { html } from './html.ts'

const PATIENCE = 1_500
// Who looks again soon hears why it could not be made.
const TOLD_WITHIN = 60_000
// Making it again and again takes this share of the time at most: what is quickly made is never old.
const SHARE_OF_TIME = 1 / 30

/**
 * Answers that are long in coming: each is kept under a key, at most `most` of them, for `fresh` milliseconds at most, and for less where
 * it was quickly made. Nobody waits long for one: until it is there, `look` gives undefined, or the last one where that may be `shownOld`. What
 * names people may not: they may be erased by now.
 */
export function createKept<T>({ fresh, most, shownOld }: { fresh: number; most: number; shownOld: boolean }) {
  const kept = new Map<string, { value: T; at: number; until: number }>()
  const making = new Map<string, Promise<void>>()
  const failed = new Map<string, { error: unknown; at: number }>()
  let generation = 0

  function begin(key: string, now: number, make: () => Promise<T>): Promise<void> {
    const mine = generation
    const began = performance.now()
    const doing = make()
      .then(
        (value) => {
          if (mine !== generation) return
          kept.delete(key)
          const ended = performance.now()
          kept.set(key, { value, at: now, until: ended + (ended - began) / SHARE_OF_TIME })
          for (const oldest of [...kept.keys()].slice(0, -most)) kept.delete(oldest)
        },
        (error) => {
          if (failed.size >= most) failed.clear()
          failed.set(key, { error, at: now })
        },
      )
      .finally(() => {
        if (making.get(key) === doing) making.delete(key)
      })
    making.set(key, doing)
    return doing
  }

  function isFresh({ at, until }: { at: number; until: number }, now: number): boolean {
    return now - at < fresh && performance.now() < until
  }

  function throwFailure(key: string, now: number): void {
    const failure = failed.get(key)
    failed.delete(key)
    if (failure && now - failure.at < TOLD_WITHIN) throw failure.error
  }

  return {
    /** What was made last, and when; throws what kept it from being made, once. */
    async look(key: string, now: number, make: () => Promise<T>): Promise<{ value: T; at: number } | undefined> {
      if (!shownOld) for (const [of, one] of kept) if (!isFresh(one, now)) kept.delete(of)
      const last = kept.get(key)
      if (last && isFresh(last, now)) return last
      throwFailure(key, now)
      const doing = making.get(key) ?? begin(key, now, make)
      await Promise.race([doing, wait(PATIENCE)])
      throwFailure(key, now)
      return kept.get(key)
    },

    /** What is kept is no longer true. */
    forget(): void {
      generation += 1
      kept.clear()
      making.clear()
    },
  }
}

/** What stands in a page while its `#looked` is being made: it looks again by itself. */
export function lookAgain(address: string, doing: string): VNode {
  return html`<p class="empty" id="looked" role="status" hx-get=${address} hx-select="#looked" hx-swap="outerHTML" hx-trigger="every 2s">${doing}: the page shows it in a moment. <a href=${address}>Look again</a></p>`
}
