import { guessedIds, guessesFigure, guessesText } from '../support/guessed-ids.js';
import { startTestGateway } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';

it('who guesses ids learns from no answer which of them exist', async () => {
  const gateway = await startTestGateway();
  const findings = await guessedIds(gateway, 200);
  await gateway.close();

  console.info(guessesText(findings));
  tellFigure('T33', guessesFigure(findings));
  for (const { answers } of findings) expect([...answers]).toEqual([expect.stringMatching(/^404 .*"code":"session.not-found"/)]);
}, 60_000);
