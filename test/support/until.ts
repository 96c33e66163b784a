import { setTimeout as pause } from 'node:timers/promises';

/** Waits for what comes sooner or later, and fails where it does not come at all. */
export async function until(isSo: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
  for (let tries = 0; tries < seconds * 200; tries += 1) {
    if (await isSo()) return;
    await pause(5);
  }
  throw new Error('what was waited for never came');
}
