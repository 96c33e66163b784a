import { removeServerFolder } from './remove-server-folder.mjs';

export default async function tearDown() {
  await removeServerFolder(process.env.MAESTRO_TEST_POSTGRES);
}
