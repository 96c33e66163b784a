/** What a query of a list asks core for: in a query everything is text, in core a limit is a number. */
export function pageFrom<T extends { readonly limit?: string }>({ limit, ...query }: T): Omit<T, 'limit'> & { readonly limit?: number } {
  return { ...query, ...(limit !== undefined && { limit: Number(limit) }) };
}
