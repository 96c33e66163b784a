/** How Maestro names itself to every upstream. Never another program's name. */
export const userAgent = 'maestro/0.1.0';
