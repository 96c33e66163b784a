export type BehaviourKind = 'oauth' | 'api-key' | 'streaming' | 'models' | 'context';

// The kinds in one order, for reports. `Record` keeps it complete.
const order: Readonly<Record<BehaviourKind, number>> = { oauth: 0, 'api-key': 1, streaming: 2, models: 3, context: 4 };
export const behaviourKinds = Object.keys(order) as readonly BehaviourKind[];

type Method = (...parameters: never[]) => unknown;

/** For each method of a behaviour, how many parameters it takes: derived, so a wrong count does not compile. */
export type ParameterCounts<T> = { readonly [K in keyof T]: T[K] extends Method ? Parameters<T[K]>['length'] : never };

/**
 * What a behaviour looks like at run time. An interface is gone after compiling; the registry checks a provider's classes
 * against this when the process starts. `T` is only for the compiler: it ties the descriptor to its interface.
 */
export interface BehaviourDescriptor<T = object> {
  readonly kind: BehaviourKind;
  readonly methods: ParameterCounts<T>;
}

export function behaviour<T extends object>(kind: BehaviourKind, methods: ParameterCounts<T>): BehaviourDescriptor<T> {
  return { kind, methods };
}
