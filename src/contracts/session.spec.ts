import { SessionId } from './session.js';

describe('a session id', () => {
  it.each(['0f8fad5b-d9cb-469f-a165-70867728950e', '0F8FAD5B-D9CB-469F-A165-70867728950E'])('may be %s', (text) => {
    expect(SessionId.is(text)).toBe(true);
    expect(SessionId.of(text)).toBe(text);
  });

  it.each(['work_claude', '', '0f8fad5b-d9cb-469f-a165', ' 0f8fad5b-d9cb-469f-a165-70867728950e', '0f8fad5b-d9cb-469f-a165-70867728950g'])(
    'may not be %j',
    (text) => {
      expect(SessionId.is(text)).toBe(false);
    },
  );
});
