import type { AuthType } from '../../src/contracts/auth-type.js';

/** A session as the model knows it. */
export interface Known {
  readonly id: string;
  readonly authType: AuthType;
  readonly name: string;
  readonly label: string | undefined;
  readonly isDisabled: boolean;
  readonly secret: string;
}

/** By id. */
export type Model = Map<string, Known>;

export type Target = { readonly authType: AuthType; readonly name: string };

export function find(model: Model, wanted: Target): Known | undefined {
  return [...model.values()].find((known) => known.authType === wanted.authType && known.name === wanted.name);
}

export function isTaken(model: Model, wanted: Target, except?: string): boolean {
  return [...model.values()].some(
    ({ id, authType: type, name: other }) => id !== except && type === wanted.authType && other.toLowerCase() === wanted.name.toLowerCase(),
  );
}

export function shown({ authType: type, name: session, label: text, isDisabled }: Omit<Known, 'id' | 'secret'>): object {
  return { authType: type, name: session, status: isDisabled ? 'disabled' : 'active', ...(text !== undefined && { label: text }) };
}

export function twinsOf(model: Model, type: AuthType, text: string, except?: string): object {
  const twins = [...model.values()].filter((known) => known.id !== except && known.authType === type && known.secret === text);
  return twins.length === 0 ? {} : { duplicates: expect.arrayContaining(twins.map(({ id }) => id)) };
}

export function update(model: Model, wanted: Target, change: Partial<Known>): void {
  const known = find(model, wanted);
  if (known !== undefined) model.set(known.id, { ...known, ...change });
}

export function changesFrom(change: {
  readonly name?: string;
  readonly label?: string | null;
  readonly disabled?: boolean;
}): Partial<Omit<Known, 'id' | 'secret' | 'authType'>> {
  return {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.label !== undefined && { label: change.label ?? undefined }),
    ...(change.disabled !== undefined && { isDisabled: change.disabled }),
  };
}
