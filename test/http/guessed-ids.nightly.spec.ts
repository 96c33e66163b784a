import { guessedIds, guessesFigure, guessesText } from '../support/guessed-ids.js';
import { startTestGateway } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';

it('who guesses ten thousand ids learns from no answer which of them exist', async () => {
  const gateway = await startTestGateway({ LOG_LEVEL: 'silent' });
  const findings = await guessedIds(gateway, 3_334);
  await gateway.close();

  tellFigure('T33', guessesFigure(findings));
  console.info(`T33: |t| below 4.5 is no leak that could be measured\n${guessesText(findings)}`);
  for (const { answers } of findings) expect([...answers]).toEqual([expect.stringMatching(/^404 .*"code":"session.not-found"/)]);
}, 600_000);
