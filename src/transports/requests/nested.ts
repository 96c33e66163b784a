/** A DTO class. */
export type RequestType<T extends object = object> = new () => T;

/** The DTO of a field's objects, or, by their `type`, several. */
export type NestedTypes = () => RequestType | Readonly<Record<string, RequestType>>;

const nested = new WeakMap<object, Map<string, NestedTypes>>();

export function noteNested(types: NestedTypes): PropertyDecorator {
  return (prototype, property) => {
    const fields = nested.get(prototype) ?? new Map<string, NestedTypes>();
    fields.set(String(property), types);
    nested.set(prototype, fields);
  };
}

/** What a field's objects are; looks up what a DTO inherits as well. */
export function nestedTypesOf(type: RequestType, field: string): NestedTypes | undefined {
  for (
    let prototype: unknown = type.prototype;
    typeof prototype === 'object' && prototype !== null;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const types = nested.get(prototype)?.get(field);
    if (types !== undefined) return types;
  }
  return undefined;
}
