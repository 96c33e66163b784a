import type { CanActivate, ExecutionContext, PipeTransform } from '@nestjs/common';
import { createParamDecorator, Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Authenticator } from '../../core/access/authenticator.js';
import { isRecord } from '../requests/json.js';
import type { RequestType } from '../requests/nested.js';
import { parseRequest } from '../requests/parse-request.js';
import { socketOf, transportOf } from './reader.js';
import type { RpcCall } from './rpc-call.js';
import { callOf, dataOf } from './rpc-call.js';

/** Lets in who holds a Maestro key. What the key may do is decided in core, for every transport alike. */
@Injectable()
export class RpcGuard implements CanActivate {
  constructor(@Inject(Authenticator) private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rpc = context.switchToRpc();
    const call = callOf(rpc.getData());
    // Behind a broker all are one: their wrong keys are counted together, which costs the right ones nothing.
    const address = socketOf(rpc.getContext())?.remoteAddress ?? transportOf(rpc.getContext());
    call.caller = await this.authenticator.callerOf(call.key.reveal(), address);
    return true;
  }
}

/** The caller that the guard let in. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = callOf(context.switchToRpc().getData());
  if (caller === undefined) throw new MaestroError('caller.key-missing', {});
  return caller;
});

export const CurrentCall = createParamDecorator((_data: unknown, context: ExecutionContext): RpcCall =>
  callOf(context.switchToRpc().getData()),
);

const CallData = createParamDecorator((_data: unknown, context: ExecutionContext): unknown =>
  dataOf(callOf(context.switchToRpc().getData())),
);

/** The data of a message: what arrives is the DTO, or the request is refused. */
export function Data<T extends object>(type: RequestType<T>): ParameterDecorator {
  const pipe: PipeTransform<unknown, T> = { transform: (value) => parseRequest(type, value) };
  return CallData(pipe);
}

/** The same for a DTO that HTTP reads from a query, where everything is text. */
export function Query<T extends object>(type: RequestType<T>): ParameterDecorator {
  const pipe: PipeTransform<unknown, T> = { transform: (value) => parseRequest(type, textsFrom(value)) };
  return CallData(pipe);
}

function textsFrom(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const texts = Object.entries(value).map(([name, field]) => [name, typeof field === 'number' ? String(field) : field] as const);
  return Object.fromEntries(texts);
}
