import { MessagePattern } from '@nestjs/microservices';

const patterns = new WeakMap<object, string>();

/** Answers messages with the pattern `maestro.<name>`. */
export function Pattern(name: string): MethodDecorator {
  return (target, property, descriptor) => {
    const pattern = `maestro.${name}`;
    if (typeof descriptor.value === 'function') patterns.set(descriptor.value, pattern);
    const mark: MethodDecorator = MessagePattern(pattern);
    mark(target, property, descriptor);
  };
}

/** The pattern that a handler was marked with. */
export function patternOf(handler: object): string | undefined {
  return patterns.get(handler);
}
