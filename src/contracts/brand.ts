declare const brand: unique symbol;

/** A value that was parsed once at the edge and is trusted inside. The name exists for the compiler only. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
