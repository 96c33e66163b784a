import type { Change } from '../../core/changes/change-feed.port.js';

/** Where this process tells of its own changes, before anybody is answered. The database tells of all, a moment later. */
export interface LocalChanges {
  announce(change: Change): void;
}

export const unheard: LocalChanges = { announce: () => undefined };
