import type { Login, LoginProblem, LoginStatus } from '../../contracts/login.js';
import type { LoginMethod } from '../../contracts/tokens.js';
import { Optional, Text } from './fields.js';

/** The address that a browser came back to, with all that an issuer puts into it. */
const longestCode = 16_384;

export class BeginLoginDto {
  /** A provider's id. */
  @Text({ min: 1 })
  readonly provider: string;

  /** Of the session that will be there: 3 to 50 of `A-Za-z0-9_-`. A session with an OAuth login of that name logs in again. */
  @Text()
  readonly name: string;

  /** `browser`, `paste`, `device` or `federation`; absent: the provider's first. */
  @Optional()
  @Text({ min: 1, max: 40 })
  readonly method?: string;
}

export class CompleteLoginDto {
  /** The code, `code#state`, or the whole address that the browser came back to. */
  @Text({ min: 1, max: longestCode })
  readonly code: string;
}

/** Why a login failed. */
class LoginProblemDto {
  /** One of the codes in docs/problems.md. */
  readonly code: string;
  readonly detail: string;

  constructor({ code, detail }: LoginProblem) {
    this.code = code;
    this.detail = detail;
  }
}

/** A login on its way. Times are RFC 3339. */
export class LoginAnswerDto {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly method: LoginMethod;
  readonly status: LoginStatus;
  /** Where the person goes; of a device login, where the code is typed. */
  readonly authorizationUrl?: string;
  /** Of a device login: what the person types. */
  readonly userCode?: string;
  /** Of a device login: seconds after which asking again makes sense. */
  readonly interval?: number;
  readonly expiresAt: string;
  /** Once it is done. */
  readonly sessionId?: string;
  /** Once it has failed. */
  readonly problem?: LoginProblemDto;

  constructor(login: Login) {
    this.id = login.id;
    this.provider = login.provider;
    this.name = login.name;
    this.method = login.method;
    this.status = login.status;
    if (login.authorizationUrl !== undefined) this.authorizationUrl = login.authorizationUrl;
    if (login.userCode !== undefined) this.userCode = login.userCode;
    if (login.pollIntervalSeconds !== undefined) this.interval = login.pollIntervalSeconds;
    this.expiresAt = login.expiresAt.toISOString();
    if (login.sessionId !== undefined) this.sessionId = login.sessionId;
    if (login.problem !== undefined) this.problem = new LoginProblemDto(login.problem);
  }
}
