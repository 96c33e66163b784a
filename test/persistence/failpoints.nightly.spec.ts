import { describeFailpoints } from '../support/describe-failpoints.js';

/** Each kill starts a process or two. MAESTRO_TEST_KILLS=20 takes a quarter of an hour. */
const kills = Number(process.env['MAESTRO_TEST_KILLS'] ?? '4');

describeFailpoints({ times: kills, isNightly: true });
